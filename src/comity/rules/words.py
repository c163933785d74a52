"""The engine's words in the six languages of the United Nations. Drafted by machine; not reviewed by native speakers.

`WORDS[key][language]`. Sentences are built with colons and lists rather than grammar, so that numbers and names need no
agreement. `say` fills a template; what is not there in a language is a fault that a test finds.
"""

from __future__ import annotations

from collections.abc import Iterable

from comity.rules.rule_words import RULE_WORDS
from comity.rules.table_words import TABLE_WORDS
from comity.rules.words_more import MORE

LANGUAGES = ("en", "ar", "zh", "fr", "ru", "es")


def _row(en: str, ar: str, zh: str, fr: str, ru: str, es: str) -> dict[str, str]:
    return {"en": en, "ar": ar, "zh": zh, "fr": fr, "ru": ru, "es": es}


WORDS: dict[str, dict[str, str]] = {
    # --- what came out ---
    "adopted": _row("Adopted", "اعتُمد", "通过", "Adopté", "Принято", "Aprobado"),
    "not-adopted": _row("Not adopted", "لم يُعتمد", "未通过", "Non adopté", "Не принято", "No aprobado"),
    "second-vote": _row(
        "Tie: to be taken up again",
        "تعادل: يُعاد النظر فيه",
        "票数相等：须再次审议",
        "Partage égal des voix : la question est reprise",
        "Голоса разделились поровну: вопрос рассматривается снова",
        "Empate: la cuestión se retoma",
    ),
    "no-quorum": _row(
        "No decision: there is no quorum",
        "لا قرار: النصاب غير مكتمل",
        "未作决定：不足法定人数",
        "Pas de décision : le quorum n’est pas atteint",
        "Решение не принято: нет кворума",
        "Sin decisión: no hay quórum",
    ),
    "postponed": _row("Postponed", "أُرجئ", "推迟", "Reporté", "Отложено", "Aplazado"),
    "undecided": _row(
        "Not known: a fact is missing",
        "غير معروف: تنقص معلومة",
        "尚不能确定：缺少事实",
        "Indéterminé : un fait manque",
        "Неизвестно: недостаёт сведений",
        "No se sabe: falta un dato",
    ),
    # --- sides and bases ---
    "yes": _row("Yes", "نعم", "赞成", "Oui", "За", "Sí"),
    "no": _row("No", "لا", "反对", "Non", "Против", "No"),
    "abstain": _row("Abstentions", "امتناع", "弃权", "Abstentions", "Воздержались", "Abstenciones"),
    "blank": _row("Blank", "أوراق بيضاء", "空白票", "Blancs", "Пустые", "En blanco"),
    "invalid": _row("Invalid", "أوراق باطلة", "无效票", "Nuls", "Недействительные", "Nulos"),
    "unreturned": _row("Not returned", "لم تُسلَّم", "未交回", "Non rendus", "Не возвращены", "No devueltos"),
    "present": _row("Present", "الحاضرون", "出席", "Présents", "Присутствуют", "Presentes"),
    "not-voting": _row(
        "Present, not voting",
        "حاضرون دون تصويت",
        "出席而不投票",
        "Présents sans voter",
        "Присутствуют, не голосуя",
        "Presentes sin votar",
    ),
    "participants": _row("Taking part", "المشاركون", "参加者", "Participants", "Участвуют", "Participantes"),
    "issued": _row("Ballots issued", "أوراق موزعة", "发出选票", "Bulletins délivrés", "Выдано", "Entregadas"),
    "expressed": _row("Expressed", "الأصوات المعبَّر عنها", "已表态", "Exprimés", "Высказались", "Expresados"),
    "cast": _row("Votes cast", "الأصوات المدلى بها", "所投票", "Suffrages exprimés", "Подано голосов", "Emitidos"),
    "entitled": _row("Entitled", "أصحاب حق التصويت", "有表决权者", "Ayants droit", "С правом голоса", "Con derecho"),
    "absent": _row("Absent", "الغائبون", "缺席", "Absents", "Отсутствуют", "Ausentes"),
    "recused": _row(
        "Not taking part",
        "غير المشاركين",
        "不参加",
        "Ne participent pas",
        "Не участвуют",
        "No participan",
    ),
    "not-yes": _row("Not yes", "غير المؤيدين", "未投赞成", "Autres que oui", "Не «за»", "Distintos de sí"),
    "objections": _row("Objections", "الاعتراضات", "反对意见", "Objections", "Возражения", "Objeciones"),
    "deposits": _row("Instruments", "الصكوك", "文书", "Instruments", "Документы", "Instrumentos"),
    "base.all": _row("all members", "جميع الأعضاء", "全体成员", "tous les membres", "все члены", "todos los miembros"),
    "base.entitled": _row(
        "members entitled to vote",
        "الأعضاء الذين لهم حق التصويت",
        "有表决权的成员",
        "membres ayant droit de vote",
        "члены с правом голоса",
        "miembros con derecho de voto",
    ),
    "base.participants": _row(
        "members taking part",
        "الأعضاء المشاركون",
        "参加的成员",
        "membres participants",
        "участвующие члены",
        "miembros participantes",
    ),
    "base.present": _row(
        "members present",
        "الأعضاء الحاضرون",
        "出席的成员",
        "membres présents",
        "присутствующие члены",
        "miembros presentes",
    ),
    "base.issued": _row(
        "ballots issued",
        "أوراق الاقتراع الموزعة",
        "发出的选票",
        "bulletins délivrés",
        "выданные бюллетени",
        "papeletas entregadas",
    ),
    "base.expressed": _row(
        "yes, no and abstentions",
        "نعم ولا وامتناع",
        "赞成、反对和弃权",
        "oui, non et abstentions",
        "за, против и воздержавшиеся",
        "sí, no y abstenciones",
    ),
    "base.cast": _row(
        "yes and no votes cast",
        "أصوات نعم ولا المدلى بها",
        "所投赞成票和反对票",
        "suffrages exprimés, oui et non",
        "поданные голоса «за» и «против»",
        "votos emitidos, sí y no",
    ),
    # --- comparisons ---
    ">": _row("more than", "أكثر من", "超过", "plus de", "более", "más de"),
    ">=": _row("at least", "على الأقل", "至少", "au moins", "не менее", "al menos"),
    "<": _row("fewer than", "أقل من", "少于", "moins de", "менее", "menos de"),
    "<=": _row("at most", "على الأكثر", "至多", "au plus", "не более", "como máximo"),
    "=": _row("exactly", "بالضبط", "恰为", "exactement", "ровно", "exactamente"),
    "met": _row("met", "مستوفى", "满足", "rempli", "выполнено", "se cumple"),
    "not_met": _row("not met", "غير مستوفى", "不满足", "non rempli", "не выполнено", "no se cumple"),
    "open": _row("not known", "غير معروف", "不明", "inconnu", "неизвестно", "no se sabe"),
    "untaken": _row("not turned to", "لم يُلجأ إليه", "未适用", "sans application", "не применялось", "no se aplicó"),
    "share_line": _row(
        "{side}: {count} of {total} ({base}){scope}; needed: {op} {amount}{whole}",
        "{side}: {count} من {total} ({base}){scope}؛ المطلوب: {op} {amount}{whole}",
        "{side}：{count}／{total}（{base}）{scope}；要求：{op} {amount}{whole}",
        "{side} : {count} sur {total} ({base}){scope} ; il faut : {op} {amount}{whole}",
        "{side}: {count} из {total} ({base}){scope}; нужно: {op} {amount}{whole}",
        "{side}: {count} de {total} ({base}){scope}; se necesita: {op} {amount}{whole}",
    ),
    "against_line": _row(
        "{side}: {count}, {base}: {total}{scope}; needed: {op} {base}{whole}",
        "{side}: {count}، {base}: {total}{scope}؛ المطلوب: {op} {base}{whole}",
        "{side}：{count}，{base}：{total}{scope}；要求：{op}{base}{whole}",
        "{side} : {count}, {base} : {total}{scope} ; il faut : {op} {base}{whole}",
        "{side}: {count}, {base}: {total}{scope}; нужно: {op}, чем {base}{whole}",
        "{side}: {count}, {base}: {total}{scope}; se necesita: {op} {base}{whole}",
    ),
    "count_line": _row(
        "{side}: {count}{scope}; needed: {op} {amount}",
        "{side}: {count}{scope}؛ المطلوب: {op} {amount}",
        "{side}：{count}{scope}；要求：{op} {amount}",
        "{side} : {count}{scope} ; il faut : {op} {amount}",
        "{side}: {count}{scope}; нужно: {op} {amount}",
        "{side}: {count}{scope}; se necesita: {op} {amount}",
    ),
    "whole": _row(", that is {n}", "، أي {n}", "，即{n}", ", soit {n}", ", то есть {n}", ", es decir, {n}"),
    "within": _row(
        ", in: {group}", "، ضمن: {group}", "，范围：{group}", ", dans : {group}", ", среди: {group}", ", en: {group}"
    ),
    "outside": _row(
        ", outside: {group}",
        "، خارج: {group}",
        "，不包括：{group}",
        ", hors : {group}",
        ", кроме: {group}",
        ", fuera de: {group}",
    ),
    "by": _row(
        ", counted by: {weight}",
        "، محسوبة حسب: {weight}",
        "，计算依据：{weight}",
        ", compté par : {weight}",
        ", считая по: {weight}",
        ", contado por: {weight}",
    ),
    "quorum": _row("Quorum", "النصاب", "法定人数", "Quorum", "Кворум", "Quórum"),
    "postponed_if": _row("Postponed if", "يُرجأ إذا", "推迟条件", "Report si", "Откладывается, если", "Se aplaza si"),
    # --- forms of conditions ---
    "all": _row("All of these", "كل ما يلي", "须全部满足", "Tout ce qui suit", "Всё следующее", "Todo lo siguiente"),
    "any": _row(
        "At least one of these",
        "واحد على الأقل مما يلي",
        "须至少满足一项",
        "Au moins un des points suivants",
        "Хотя бы одно из следующего",
        "Al menos uno de estos puntos",
    ),
    "not": _row("Not", "ليس", "并非", "Pas", "Не", "No se da"),
    "at-least": _row(
        "At least {k} of these",
        "{k} على الأقل مما يلي",
        "须至少满足{k}项",
        "Au moins {k} des points suivants",
        "Не менее {k} из следующего",
        "Al menos {k} de estos puntos",
    ),
    "sequence": _row(
        "One after the other", "الواحد تلو الآخر", "依次进行", "L’un après l’autre", "Последовательно", "Uno tras otro"
    ),
    "fallback": _row(
        "The first, failing which the next",
        "الأول، وإلا فالتالي",
        "先适用前项，不成则适用后项",
        "Le premier, à défaut le suivant",
        "Первое, а если нет — следующее",
        "El primero y, en su defecto, el siguiente",
    ),
    "gate": _row(
        "A question decides which rule applies",
        "سؤال يحدد القاعدة المنطبقة",
        "由一个问题决定适用的规则",
        "Une question décide de la règle applicable",
        "Вопрос определяет применимое правило",
        "Una cuestión decide la regla aplicable",
    ),
    "rule": _row(
        "Rule: {rule}", "القاعدة: {rule}", "规则：{rule}", "Règle : {rule}", "Правило: {rule}", "Regla: {rule}"
    ),
    "found": _row(
        "Found: {what}", "تبيَّن: {what}", "认定：{what}", "Constat : {what}", "Установлено: {what}", "Constatado: {what}"
    ),
    # --- facts that are missing, votes not counted as cast ---
    "who_is_in": _row(
        "It is not said who belongs to: {detail}",
        "لم يُذكر من ينتمي إلى: {detail}",
        "未说明谁属于：{detail}",
        "Il n’est pas dit qui appartient à : {detail}",
        "Не сказано, кто входит в: {detail}",
        "No se dice quién pertenece a: {detail}",
    ),
    "weight_of": _row(
        "The weight is not known: {detail}",
        "الوزن غير معروف: {detail}",
        "权数不明：{detail}",
        "Le poids n’est pas connu : {detail}",
        "Вес неизвестен: {detail}",
        "No se conoce el peso: {detail}",
    ),
    "only_totals": _row(
        "Only totals are known, not by: {detail}",
        "المعروف هو المجاميع فقط، لا حسب: {detail}",
        "只知总数，不知分项：{detail}",
        "Seuls les totaux sont connus, pas par : {detail}",
        "Известны только итоги, но не по: {detail}",
        "Solo se conocen los totales, no por: {detail}",
    ),
    "ballot_of": _row(
        "There is no vote yet on: {detail}",
        "لا تصويت بعد على: {detail}",
        "尚未表决：{detail}",
        "Pas encore de vote sur : {detail}",
        "Ещё нет голосования: {detail}",
        "Todavía no hay votación sobre: {detail}",
    ),
    "finding_of": _row(
        "Nobody has found yet whether: {detail}",
        "لم يُبتَّ بعد في: {detail}",
        "尚无人认定：{detail}",
        "Personne n’a encore constaté si : {detail}",
        "Ещё не установлено: {detail}",
        "Nadie ha constatado todavía: {detail}",
    ),
    "nobody_recorded": _row(
        "Nobody is recorded under: {detail}; all are taken to be free of it",
        "لا أحد مسجَّل ضمن: {detail}؛ يُعتبر الجميع خارجها",
        "无人登记于：{detail}；视为均不属于",
        "Personne n’est inscrit sous : {detail} ; tous sont réputés en être exempts",
        "Никто не записан в: {detail}; считается, что это не относится ни к кому",
        "Nadie consta en: {detail}; se considera que no afecta a nadie",
    ),
    "counts_zero": _row(
        "Without a figure, and therefore counted as 0: {detail}",
        "لا رقم لهم، فاحتُسبوا صفراً: {detail}",
        "无数据，按0计：{detail}",
        "Sans chiffre, donc compté 0 : {detail}",
        "Нет данных, поэтому считается 0: {detail}",
        "Sin cifra y, por tanto, se cuenta 0: {detail}",
    ),
    "lost_vote": _row(
        "{member}: no vote ({detail})",
        "{member}: لا صوت ({detail})",
        "{member}：无表决权（{detail}）",
        "{member} : pas de vote ({detail})",
        "{member}: без права голоса ({detail})",
        "{member}: sin voto ({detail})",
    ),
    "no_right": _row(
        "{member}: voted without a right to; not counted",
        "{member}: صوَّت دون حق؛ لم يُحتسب",
        "{member}：无表决权而投票；不计",
        "{member} : a voté sans en avoir le droit ; non compté",
        "{member}: голос без права голоса; не учтён",
        "{member}: votó sin tener derecho; no se cuenta",
    ),
    "outside_body": _row(
        "{member}: not a member of the body that decides; not counted",
        "{member}: ليس عضواً في الهيئة المقرِّرة؛ لم يُحتسب",
        "{member}：非决定机构成员；不计",
        "{member} : n’est pas membre de l’organe qui décide ; non compté",
        "{member}: не член решающего органа; не учтён",
        "{member}: no es miembro del órgano que decide; no se cuenta",
    ),
    "members_vote_themselves": _row(
        "{member}: not counted, since those for whom it casts voted themselves ({detail})",
        "{member}: لم يُحتسب لأن من يصوّت عنهم صوّتوا بأنفسهم ({detail})",
        "{member}：不计，因其代表的成员已自行投票（{detail}）",
        "{member} : non compté, car ceux pour qui il vote ont voté eux-mêmes ({detail})",
        "{member}: не учтён, так как те, за кого он голосует, проголосовали сами ({detail})",
        "{member}: no se cuenta, porque aquellos por quienes vota votaron por sí mismos ({detail})",
    ),
    "too_many_proxies": _row(
        "{member}: proxy not counted; the holder has more than allowed ({detail})",
        "{member}: لم تُحتسب الوكالة؛ لدى الحامل أكثر من المسموح ({detail})",
        "{member}：委托票不计；受托人所持超过限额（{detail}）",
        "{member} : procuration non comptée ; le porteur en a plus que permis ({detail})",
        "{member}: доверенность не учтена; у держателя их больше допустимого ({detail})",
        "{member}: poder no contado; el titular tiene más de los permitidos ({detail})",
    ),
    "holder_without_vote": _row(
        "{member}: proxy not counted; the holder has no vote ({detail})",
        "{member}: لم تُحتسب الوكالة؛ لا صوت للحامل ({detail})",
        "{member}：委托票不计；受托人无表决权（{detail}）",
        "{member} : procuration non comptée ; le porteur n’a pas de vote ({detail})",
        "{member}: доверенность не учтена; держатель без права голоса ({detail})",
        "{member}: poder no contado; el titular no tiene voto ({detail})",
    ),
    "no_reason": _row(
        "{member}: {detail} without the reason that the rule asks for; counted as invalid",
        "{member}: {detail} دون السبب الذي تشترطه القاعدة؛ احتُسب باطلاً",
        "{member}：{detail}，未说明规则要求的理由；按无效计",
        "{member} : {detail} sans le motif exigé par la règle ; compté comme nul",
        "{member}: {detail} без обоснования, которого требует правило; учтено как недействительное",
        "{member}: {detail} sin el motivo que exige la regla; se cuenta como nulo",
    ),
    "must_abstain": _row(
        "{member}: must abstain ({detail})",
        "{member}: عليه الامتناع ({detail})",
        "{member}：须弃权（{detail}）",
        "{member} : doit s’abstenir ({detail})",
        "{member}: должен воздержаться ({detail})",
        "{member}: debe abstenerse ({detail})",
    ),
    "takes_no_part": _row(
        "{member}: takes no part ({detail})",
        "{member}: لا يشارك ({detail})",
        "{member}：不参加（{detail}）",
        "{member} : ne participe pas ({detail})",
        "{member}: не участвует ({detail})",
        "{member}: no participa ({detail})",
    ),
    "not_bound": _row(
        "Not bound: {names}",
        "غير ملزَم: {names}",
        "不受约束：{names}",
        "Non liés : {names}",
        "Не связаны: {names}",
        "No vinculados: {names}",
    ),
    # --- how well the rule is known ---
    "by_rule": _row(
        "{verdict}. Rule: {title}{marks}",
        "{verdict}. القاعدة: {title}{marks}",
        "{verdict}。规则：{title}{marks}",
        "{verdict}. Règle : {title}{marks}",
        "{verdict}. Правило: {title}{marks}",
        "{verdict}. Regla: {title}{marks}",
    ),
    "marks": _row(" ({marks})", " ({marks})", "（{marks}）", " ({marks})", " ({marks})", " ({marks})"),
    "example": _row(
        "an example, not the rules of a real body",
        "مثال، وليس قواعد هيئة حقيقية",
        "示例，并非真实机构的规则",
        "un exemple, pas les règles d’un organe réel",
        "пример, а не правила действительного органа",
        "un ejemplo, no las reglas de un órgano real",
    ),
    "certainty.text": _row(
        "wording read in the text",
        "قُرئ النص الأصلي",
        "已核对原文",
        "lu dans le texte",
        "сверено с текстом",
        "leído en el texto",
    ),
    "certainty.pages": _row(
        "read in a copy of a page",
        "قُرئ في نسخة صفحة",
        "见于网页副本",
        "lu dans une copie de page",
        "по копии страницы",
        "leído en copia de página",
    ),
    "certainty.docs": _row(
        "read in the body’s own documents",
        "قُرئ في وثائق الهيئة",
        "见于机构自身文件",
        "lu dans les documents de l’organe",
        "по документам органа",
        "leído en documentos del órgano",
    ),
    "certainty.data": _row(
        "confirmed by real decisions",
        "أكدته قرارات فعلية",
        "经实际决定验证",
        "confirmé par des décisions réelles",
        "подтверждено решениями",
        "confirmado por decisiones reales",
    ),
    "certainty.practice": _row("practice", "ممارسة", "惯例", "pratique", "практика", "práctica"),
    "certainty.known": _row(
        "general knowledge, wording not checked",
        "معرفة عامة، لم يُتحقق من النص",
        "一般了解，未核对原文",
        "connaissance générale, texte non vérifié",
        "общеизвестно, текст не сверен",
        "conocimiento general, texto no verificado",
    ),
    "certainty.example": _row("example", "مثال", "示例", "exemple", "пример", "ejemplo"),
}
"""Phrases by key and language."""
WORDS |= MORE | RULE_WORDS | TABLE_WORDS
_COMMAS = {"ar": "، ", "zh": "、"}
_SEMICOLONS = {"ar": "؛ ", "zh": "；", "fr": " ; "}


def say(key: str, language: str, **values: object) -> str:
    """A phrase in a language, its braces filled.

    >>> say("whole", "fr", n=56)
    ', soit 56'
    """
    return WORDS[key][language].format(**values)


def listed(several: Iterable[object], language: str) -> str:
    """Names or words one after another, with the comma of a language (CLDR: unit lists, middle).

    >>> listed(["Chile", "Kenya"], "zh")
    'Chile、Kenya'
    """
    return _COMMAS.get(language, ", ").join(map(str, several))


def parted(several: Iterable[object], language: str) -> str:
    """Phrases that may have commas in them one after another, with the semicolon of a language.

    >>> parted(["yes, no", "present"], "ar")
    'yes, no؛ present'
    """
    return _SEMICOLONS.get(language, "; ").join(map(str, several))
