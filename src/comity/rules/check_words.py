"""What the check of a charter says, in six languages. Drafted by machine; not reviewed by native speakers.

`CHECK_WORDS[remark][language]`, with {rule}, {names} and {detail}: colons and lists instead of grammar, as in `words`.
"""

from __future__ import annotations


def _row(en: str, ar: str, zh: str, fr: str, ru: str, es: str) -> dict[str, str]:
    return {"en": en, "ar": ar, "zh": zh, "fr": fr, "ru": ru, "es": es}


CHECK_WORDS: dict[str, dict[str, str]] = {
    "not-checked": _row(
        "{rule}: not checked: {detail}",
        "{rule}: لم يُفحص: {detail}",
        "{rule}：未检查：{detail}",
        "{rule} : non vérifié : {detail}",
        "{rule}: не проверено: {detail}",
        "{rule}: sin comprobar: {detail}",
    ),
    "never-passes": _row(
        "{rule}: never passes, not even when everybody says yes",
        "{rule}: لا يُعتمد شيء أبداً، حتى لو صوّت الجميع بنعم",
        "{rule}：即使全体赞成也无法通过",
        "{rule} : n’aboutit jamais, même si tous disent oui",
        "{rule}: никогда не выполняется, даже если все голосуют за",
        "{rule}: nunca se cumple, ni siquiera si todos votan a favor",
    ),
    "always-passes": _row(
        "{rule}: always passes, even when nobody says yes",
        "{rule}: يُعتمد كل شيء دائماً، حتى لو لم يصوّت أحد بنعم",
        "{rule}：即使无人赞成也总能通过",
        "{rule} : aboutit toujours, même si personne ne dit oui",
        "{rule}: выполняется всегда, даже если никто не голосует за",
        "{rule}: se cumple siempre, aunque nadie vote a favor",
    ),
    "both-sides": _row(
        "{rule}: some members and all the others can each carry a decision: two decisions may contradict each other",
        "{rule}: يمكن لبعض الأعضاء ولجميع الآخرين أن يعتمد كل منهم قراراً: قد يتناقض قراران",
        "{rule}：部分成员与其余全体成员可各自通过决定：两项决定可能相互矛盾",
        "{rule} : des membres et tous les autres peuvent chacun emporter une décision : deux décisions peuvent se contredire",
        "{rule}: часть членов и все остальные могут принять каждый своё решение: решения могут противоречить друг другу",
        "{rule}: algunos miembros y todos los demás pueden aprobar cada uno una decisión: dos decisiones pueden contradecirse",
    ),
    "a-yes-may-lose": _row(
        "{rule}: a further yes may defeat what was carried",
        "{rule}: قد يُسقط صوت إضافي بنعم ما كان معتمداً",
        "{rule}：多一张赞成票可能反使已通过者被否决",
        "{rule} : un oui de plus peut faire échouer ce qui était acquis",
        "{rule}: лишний голос «за» может отменить уже принятое",
        "{rule}: un voto más a favor puede hacer fracasar lo aprobado",
    ),
    "dictator": _row(
        "{rule}: decides alone: {names}",
        "{rule}: يقرر وحده: {names}",
        "{rule}：可单独决定：{names}",
        "{rule} : décide seul : {names}",
        "{rule}: решает единолично: {names}",
        "{rule}: decide por sí solo: {names}",
    ),
    "veto": _row(
        "{rule}: each of these can block alone: {names}",
        "{rule}: يستطيع كل من هؤلاء التعطيل وحده: {names}",
        "{rule}：下列成员均可单独阻止：{names}",
        "{rule} : chacun de ceux-ci peut bloquer seul : {names}",
        "{rule}: каждый из этих членов может заблокировать решение в одиночку: {names}",
        "{rule}: cada uno de estos puede bloquear por sí solo: {names}",
    ),
    "dummy": _row(
        "{rule}: these never make a difference: {names}",
        "{rule}: لا يُحدث هؤلاء فرقاً أبداً: {names}",
        "{rule}：下列成员的票从不影响结果：{names}",
        "{rule} : ceux-ci ne changent jamais rien : {names}",
        "{rule}: голоса этих членов никогда ничего не меняют: {names}",
        "{rule}: estos nunca cambian el resultado: {names}",
    ),
    "dummies-unknown": _row(
        "{rule}: whether somebody never makes a difference could not be counted exactly",
        "{rule}: تعذّر أن يُحسب بدقة هل يوجد من لا يُحدث فرقاً أبداً",
        "{rule}：无法精确计算是否有成员从不影响结果",
        "{rule} : impossible de compter exactement si quelqu’un ne change jamais rien",
        "{rule}: не удалось точно подсчитать, есть ли члены, чьи голоса ничего не меняют",
        "{rule}: no se pudo contar con exactitud si alguien nunca cambia el resultado",
    ),
    "no-amendment-rule": _row(
        "{rule}: the charter does not say how it is amended",
        "{rule}: لا يبيّن الميثاق كيف يُعدَّل",
        "{rule}：章程未说明如何修正",
        "{rule} : la charte ne dit pas comment elle est amendée",
        "{rule}: в уставе не сказано, как он изменяется",
        "{rule}: la carta no dice cómo se enmienda",
    ),
    "cannot-be-amended": _row(
        "{rule}: the charter can never be amended: not even everybody together meets this rule",
        "{rule}: لا يمكن تعديل الميثاق أبداً: حتى الجميع معاً لا يستوفون هذه القاعدة",
        "{rule}：章程永远无法修正：即使全体成员一致也不满足此规则",
        "{rule} : la charte ne peut jamais être amendée : même tous ensemble ne satisfont pas cette règle",
        "{rule}: устав невозможно изменить: даже все вместе не выполняют это правило",
        "{rule}: la carta nunca puede enmendarse: ni todos juntos cumplen esta regla",
    ),
}
