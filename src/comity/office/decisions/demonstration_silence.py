"""A text under silence for the demonstration: it runs down on a faster clock, is broken on one paragraph, and goes to a vote.

The text, the break and the delegations are invented, as the banner on every page says. The clock is set so that a visitor sees it run:
the charter's 72 hours are three days, and a day lasts `DAY_SECONDS`. Whoever comes later lays another text under silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from comity.groundwork.acts import Actor, actor_for
from comity.groundwork.models import Person
from comity.groundwork.translated import Text
from comity.office.charter.actions import change_setting
from comity.office.charter.models import Body
from comity.office.decisions import actions
from comity.office.decisions.actions import PartAsked
from comity.office.decisions.models.silence import Silence
from comity.office.decisions.settings import CLOCK
from comity.office.decisions.vocabulary_silence import Naming, Then

SEAT = "CHN"
DAY_SECONDS = 100
"""Three of such days are five minutes: the server starts, a visitor signs in, and silence still runs."""
TITLE = {
    "en": "Declaration on open test data",
    "ar": "إعلان بشأن بيانات الاختبار المفتوحة",
    "zh": "关于开放测试数据的宣言",
    "fr": "Déclaration sur les données d’essai ouvertes",
    "ru": "Декларация об открытых испытательных данных",
    "es": "Declaración sobre datos de prueba abiertos",
}
PARAGRAPHS: tuple[Mapping[str, str], ...] = (
    {
        "en": "Members share test data that no law forbids them to share.",
        "ar": "يتبادل الأعضاء بيانات الاختبار التي لا يمنع أي قانون تبادلها.",
        "zh": "成员共享法律未禁止共享的测试数据。",
        "fr": "Les membres partagent les données d’essai qu’aucune loi n’interdit de partager.",
        "ru": "Члены делятся испытательными данными, если этого не запрещает закон.",
        "es": "Los miembros comparten los datos de prueba que ninguna ley prohíbe compartir.",
    },
    {
        "en": "They do so within thirty days of a request.",
        "ar": "ويفعلون ذلك في غضون ثلاثين يوما من تلقي الطلب.",
        "zh": "成员在收到请求后三十天内共享。",
        "fr": "Ils le font dans les trente jours suivant une demande.",
        "ru": "Они делают это в течение тридцати дней после запроса.",
        "es": "Lo hacen en un plazo de treinta días a partir de la solicitud.",
    },
    {
        "en": "The secretariat keeps a register of what is shared, in six languages.",
        "ar": "تحتفظ الأمانة بسجل لما يُتبادل، باللغات الست.",
        "zh": "秘书处以六种语言备存共享数据登记册。",
        "fr": "Le secrétariat tient un registre de ce qui est partagé, en six langues.",
        "ru": "Секретариат ведёт реестр того, чем делятся, на шести языках.",
        "es": "La secretaría lleva un registro de lo que se comparte, en seis idiomas.",
    },
)
REASON = {
    "en": "Small administrations need more time than that.",
    "ar": "تحتاج الإدارات الصغيرة إلى وقت أطول من ذلك.",
    "zh": "规模较小的行政机构需要更多时间。",
    "fr": "Les petites administrations ont besoin de plus de temps.",
    "ru": "Небольшим администрациям нужно больше времени.",
    "es": "Las administraciones pequeñas necesitan más tiempo.",
}
WORDING = {
    "en": "They do so within ninety days of a request.",
    "ar": "ويفعلون ذلك في غضون تسعين يوما من تلقي الطلب.",
    "zh": "成员在收到请求后九十天内共享。",
    "fr": "Ils le font dans les quatre-vingt-dix jours suivant une demande.",
    "ru": "Они делают это в течение девяноста дней после запроса.",
    "es": "Lo hacen en un plazo de noventa días a partir de la solicitud.",
}


def _text(wordings: Mapping[str, str]) -> Text:
    return Text.drafted(wordings["en"], "en", {code: text for code, text in wordings.items() if code != "en"})


def build(by: Actor, council: Body, heads: Sequence[tuple[str, Person]]) -> Silence:
    """Set the faster clock, lay the text before the council, confirm receipt for two, and break silence on its second paragraph."""
    change_setting(
        by=by,
        key=CLOCK.key,
        value={"seat": SEAT, "day_seconds": DAY_SECONDS},
        reason="Demonstration: silence procedures are to be watched as they run down.",
    )
    current = actions.open_silence(
        by=by,
        body=council.id,
        title=_text(TITLE),
        parts=[
            PartAsked(reference=str(number), label="", text=_text(text)) for number, text in enumerate(PARAGRAPHS, 1)
        ],
        rule="silence",
        naming=Naming.AFTER.value,
        then=Then.VOTE.value,
        then_rule="ordinary",
    )
    for party, head in heads[:2]:
        actions.confirm_receipt(by=actor_for(head, by.now), silence=current.id, party=party)
    party, head = heads[0]
    actions.break_silence(
        by=actor_for(head, by.now),
        silence=current.id,
        party=party,
        part=current.parts.get(rank=1).id,
        reason=_text(REASON),
        wording=_text(WORDING),
    )
    return current
