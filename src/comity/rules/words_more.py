"""More words in six languages: entry into force, what is still needed, clocks and elections. See `words`."""

from __future__ import annotations


def _row(en: str, ar: str, zh: str, fr: str, ru: str, es: str) -> dict[str, str]:
    return {"en": en, "ar": ar, "zh": zh, "fr": fr, "ru": ru, "es": es}


MORE: dict[str, dict[str, str]] = {
    # --- entry into force ---
    "in_force": _row(
        "{title}: in force from {day}; the condition was met on {met} with: {by}",
        "{title}: نافذ من {day}؛ استوفي الشرط في {met} بصك: {by}",
        "{title}：自{day}生效；条件于{met}满足，文书来自：{by}",
        "{title} : en vigueur le {day} ; condition remplie le {met} avec : {by}",
        "{title}: в силе с {day}; условие выполнено {met}, документ: {by}",
        "{title}: en vigor desde {day}; condición cumplida el {met} con: {by}",
    ),
    "not_in_force": _row(
        "{title}: not in force; further instruments needed: {n}",
        "{title}: غير نافذ؛ الصكوك الإضافية المطلوبة: {n}",
        "{title}：未生效；尚需文书：{n}",
        "{title} : pas en vigueur ; instruments encore nécessaires : {n}",
        "{title}: не в силе; нужно ещё документов: {n}",
        "{title}: no está en vigor; instrumentos que faltan: {n}",
    ),
    "never_in_force": _row(
        "{title}: not in force, and not to be reached by the participants in this table",
        "{title}: غير نافذ، ولا يمكن بلوغه بالمشاركين في هذا الجدول",
        "{title}：未生效，且仅凭本表所列参加者无法达到",
        "{title} : pas en vigueur, et hors d’atteinte avec les participants de ce tableau",
        "{title}: не в силе и недостижимо для участников этой таблицы",
        "{title}: no está en vigor y no puede alcanzarse con los participantes de esta tabla",
    ),
    "official_agrees": _row(
        "The official day, {day}, agrees",
        "اليوم الرسمي {day} مطابق",
        "与正式日期{day}一致",
        "La date officielle, {day}, concorde",
        "Официальная дата {day} совпадает",
        "La fecha oficial, {day}, coincide",
    ),
    "official_unreachable": _row(
        "The official day, {day}, is unreachable from this table: on {by} it was short of instruments by {n}",
        "اليوم الرسمي {day} لا يُبلغ من هذا الجدول: في {by} كان ينقص من الصكوك {n}",
        "由本表无法得出正式日期{day}：截至{by}尚缺文书{n}",
        "La date officielle, {day}, est hors d’atteinte avec ce tableau : le {by}, il manquait des instruments : {n}",
        "Официальная дата {day} по этой таблице недостижима: на {by} не хватало документов: {n}",
        "La fecha oficial, {day}, no se alcanza con esta tabla: el {by} faltaban instrumentos: {n}",
    ),
    "official_differs": _row(
        "The official day, {day}, does not follow from this clause",
        "اليوم الرسمي {day} لا ينتج عن هذا الحكم",
        "正式日期{day}并非由本条款得出",
        "La date officielle, {day}, ne résulte pas de cette clause",
        "Официальная дата {day} не следует из этого положения",
        "La fecha oficial, {day}, no resulta de esta cláusula",
    ),
    # --- what it still needs ---
    "need_passes": _row(
        "As it stands, it passes",
        "على الحال الراهن، يُعتمد",
        "按目前情况，可以通过",
        "En l’état, c’est adopté",
        "При нынешнем положении принимается",
        "Tal como está, se aprueba",
    ),
    "need_votes": _row(
        "Fewest further members who must move: {n} (for example: {example})",
        "أقل عدد من الأعضاء الذين يلزم تحركهم: {n} (مثلاً: {example})",
        "至少还需若干成员改变立场：{n}（例如：{example}）",
        "Nombre minimal de membres qui doivent encore bouger : {n} (par exemple : {example})",
        "Наименьшее число членов, которых ещё не хватает: {n} (например: {example})",
        "Número mínimo de miembros que aún deben moverse: {n} (por ejemplo: {example})",
    ),
    "need_impossible": _row(
        "It cannot pass any more, whatever those who have not voted do",
        "لم يعد اعتماده ممكناً مهما فعل من لم يصوّتوا",
        "无论未投票者如何投票，均已无法通过",
        "Elle ne peut plus être adoptée, quoi que fassent ceux qui n’ont pas voté",
        "Принять уже невозможно, как бы ни проголосовали остальные",
        "Ya no puede aprobarse, hagan lo que hagan quienes no han votado",
    ),
    "need_block": _row(
        "Fewest noes that would block it: {n} (for example: {example})",
        "أقل عدد من أصوات «لا» يحول دونه: {n} (مثلاً: {example})",
        "至少若干反对票即可阻止：{n}（例如：{example}）",
        "Nombre minimal de non qui le bloqueraient : {n} (par exemple : {example})",
        "Наименьшее число голосов против, чтобы не допустить: {n} (например: {example})",
        "Número mínimo de noes que la bloquearían: {n} (por ejemplo: {example})",
    ),
    "need_no_block": _row(
        "Those who have not voted cannot block it",
        "من لم يصوّتوا لا يستطيعون منعه",
        "未投票者已无法阻止",
        "Ceux qui n’ont pas voté ne peuvent plus le bloquer",
        "Остальные уже не могут этого не допустить",
        "Quienes no han votado ya no pueden bloquearla",
    ),
    "need_vetoes": _row(
        "Each of these can block it alone: {names}",
        "كل من هؤلاء يستطيع منعه وحده: {names}",
        "下列每一成员均可单独阻止：{names}",
        "Chacun de ceux-ci peut le bloquer seul : {names}",
        "Каждый из них может не допустить этого один: {names}",
        "Cada uno de estos puede bloquearla por sí solo: {names}",
    ),
    "need_until": _row(
        "Until: {until}", "حتى: {until}", "截止：{until}", "Jusqu’à : {until}", "До: {until}", "Hasta: {until}"
    ),
    "between": _row(
        "{least} to {most}, not known more exactly",
        "من {least} إلى {most}، دون تحديد أدق",
        "{least}至{most}，无法更精确",
        "{least} à {most}, sans plus de précision",
        "от {least} до {most}, точнее неизвестно",
        "de {least} a {most}, sin mayor precisión",
    ),
    # --- charter check ---
    "remark.never-passes": _row(
        "can never pass, even if all say yes",
        "لا يمكن اعتماده أبداً ولو صوّت الجميع بنعم",
        "即使全体赞成也无法通过",
        "ne peut jamais être adopté, même si tous disent oui",
        "не может быть принято, даже если все за",
        "nunca puede aprobarse, aunque todos digan que sí",
    ),
    "remark.always-passes": _row(
        "passes even if all say no",
        "يُعتمد ولو صوّت الجميع بلا",
        "即使全体反对也会通过",
        "est adopté même si tous disent non",
        "принимается, даже если все против",
        "se aprueba aunque todos digan que no",
    ),
    "remark.dictator": _row(
        "decides alone: {names}",
        "يقرر وحده: {names}",
        "可单独决定：{names}",
        "décide seul : {names}",
        "решает в одиночку: {names}",
        "decide por sí solo: {names}",
    ),
    "remark.veto": _row(
        "can block alone: {names}",
        "يستطيع المنع وحده: {names}",
        "可单独阻止：{names}",
        "peut bloquer seul : {names}",
        "может заблокировать в одиночку: {names}",
        "puede bloquear por sí solo: {names}",
    ),
    "remark.dummy": _row(
        "whose vote never matters: {names}",
        "صوته لا يغير شيئاً أبداً: {names}",
        "其票永远不起作用：{names}",
        "dont la voix ne compte jamais : {names}",
        "чей голос ничего не решает: {names}",
        "cuyo voto nunca cuenta: {names}",
    ),
    "remark.contradicts-itself": _row(
        "a decision and its contrary can both pass",
        "يمكن اعتماد قرار ونقيضه معاً",
        "一项决定与其相反决定可以同时通过",
        "une décision et son contraire peuvent être adoptés tous deux",
        "могут быть приняты и решение, и противоположное ему",
        "pueden aprobarse una decisión y su contraria",
    ),
    "remark.cannot-be-amended": _row(
        "the charter cannot be amended",
        "لا يمكن تعديل الميثاق",
        "章程无法修改",
        "la charte ne peut pas être modifiée",
        "устав нельзя изменить",
        "la carta no puede modificarse",
    ),
    "remark.not-checked": _row(
        "not checked: {detail}",
        "لم يُفحص: {detail}",
        "未检查：{detail}",
        "non vérifié : {detail}",
        "не проверено: {detail}",
        "sin comprobar: {detail}",
    ),
    "supposed": _row(
        "supposing found: {found}; not found: {not_found}",
        "بافتراض ثبوت: {found}؛ وعدم ثبوت: {not_found}",
        "假定已认定：{found}；未认定：{not_found}",
        "en supposant constaté : {found} ; non constaté : {not_found}",
        "если установлено: {found}; не установлено: {not_found}",
        "suponiendo constatado: {found}; no constatado: {not_found}",
    ),
}
