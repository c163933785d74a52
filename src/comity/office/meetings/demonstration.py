"""A meeting of the council for the demonstration: open, with a quorum, on the second item of its agenda; two delegations are still to come.

Who sits and who came is invented, as the banner on every page says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from comity.groundwork.acts import Actor
from comity.groundwork.translated import Text
from comity.office.charter.models import Body
from comity.office.meetings import actions
from comity.office.meetings.models import Meeting
from comity.office.meetings.queries.presence import by_rights

TITLE = {
    "en": "First meeting of the Council (demonstration)",
    "ar": "الاجتماع الأول للمجلس (عرض توضيحي)",
    "zh": "理事会第一次会议（演示）",
    "fr": "Première réunion du Conseil (démonstration)",
    "ru": "Первое заседание Совета (демонстрация)",
    "es": "Primera reunión del Consejo (demostración)",
}
PLACE = {
    "en": "Conference room 1, Shanghai",
    "ar": "قاعة المؤتمرات 1، شنغهاي",
    "zh": "上海，第一会议室",
    "fr": "Salle de conférence 1, Shanghai",
    "ru": "Конференц-зал 1, Шанхай",
    "es": "Sala de conferencias 1, Shanghái",
}
ITEMS: tuple[Mapping[str, str], ...] = (
    {
        "en": "Opening of the meeting",
        "ar": "افتتاح الاجتماع",
        "zh": "会议开幕",
        "fr": "Ouverture de la réunion",
        "ru": "Открытие заседания",
        "es": "Apertura de la reunión",
    },
    {
        "en": "Shared register of test data",
        "ar": "سجل مشترك لبيانات الاختبار",
        "zh": "测试数据共享登记册",
        "fr": "Registre commun de données d’essai",
        "ru": "Общий реестр испытательных данных",
        "es": "Registro común de datos de prueba",
    },
    {
        "en": "Date and place of the next meeting",
        "ar": "موعد الاجتماع المقبل ومكانه",
        "zh": "下次会议的日期和地点",
        "fr": "Date et lieu de la prochaine réunion",
        "ru": "Дата и место следующего заседания",
        "es": "Fecha y lugar de la próxima reunión",
    },
)
STILL_TO_COME = 2


def _text(wordings: Mapping[str, str]) -> Text:
    return Text.drafted(wordings["en"], "en", {code: text for code, text in wordings.items() if code != "en"})


def build(by: Actor, council: Body, voting: Sequence[str], chair: str) -> Meeting:
    """Convene and open a meeting of the council. voting: ids of the parties with a vote; chair: id of who presides.

    The last two of those with a vote are not there yet: their delegates can say so from the phone.
    """
    others = [party for party, _votes in by_rights(by.now.date())]
    made = actions.convene(
        by=by,
        body=council.id,
        title=_text(TITLE),
        place=_text(PLACE),
        form="hybrid",
        starts_at=by.now,
        ends_at=by.now + timedelta(hours=3),
        zone="Asia/Shanghai",
        parties=list(dict.fromkeys([*voting, *others])),
        voting=list(voting),
        chair=chair,
    )
    listed = [actions.add_item(by=by, meeting=made.id, title=_text(title)) for title in ITEMS]
    there = voting[: len(voting) - STILL_TO_COME]
    observing = [party for party in others if party not in voting][::2]
    actions.note_presence(by=by, meeting=made.id, arrived=[*there, *observing])
    actions.open_meeting(by=by, meeting=made.id)
    actions.take_up_item(by=by, meeting=made.id, item=listed[0].id)
    actions.conclude_item(by=by, meeting=made.id, item=listed[0].id)
    actions.take_up_item(by=by, meeting=made.id, item=listed[1].id)
    made.refresh_from_db()
    return made
