"""A recorded vote of the council for the demonstration, under the example charter; and one that is open, to be tried.

The seats and the votes are invented, as the banner on every page says. Six invented delegations vote from their devices and on paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from comity.groundwork.acts import Actor, actor_for
from comity.groundwork.models import Person
from comity.groundwork.translated import Text
from comity.office.charter.models import Body
from comity.office.decisions import actions
from comity.office.decisions.actions import Entered, PartAsked
from comity.office.decisions.models import Vote

REASON = "Demonstration: who sits in the council is not public, these seats are invented."
PROGRAMME = {
    "en": "Programme of work for 2027",
    "ar": "برنامج العمل لعام 2027",
    "zh": "2027年工作方案",
    "fr": "Programme de travail pour 2027",
    "ru": "Программа работы на 2027 год",
    "es": "Programa de trabajo para 2027",
}
PARAGRAPHS: tuple[tuple[str, Mapping[str, str]], ...] = (
    (
        "1",
        {
            "en": "The council adopts the programme of work for 2027.",
            "ar": "يعتمد المجلس برنامج العمل لعام 2027.",
            "zh": "理事会通过2027年工作方案。",
            "fr": "Le conseil adopte le programme de travail pour 2027.",
            "ru": "Совет утверждает программу работы на 2027 год.",
            "es": "El consejo aprueba el programa de trabajo para 2027.",
        },
    ),
    (
        "2",
        {
            "en": "Training for public servants is given in all six languages, first where fewest have had it.",
            "ar": "يُقدَّم التدريب للموظفين العموميين باللغات الست جميعها، بدءا بمن حصل عليه أقلهم.",
            "zh": "以全部六种语言为公务人员提供培训，首先面向受训者最少的地方。",
            "fr": "La formation des agents publics est donnée dans les six langues, d’abord là où elle a le plus manqué.",
            "ru": "Государственные служащие обучаются на всех шести языках, прежде всего там, где обучались меньше всего.",
            "es": "La formación de los funcionarios se imparte en los seis idiomas, primero donde menos la han recibido.",
        },
    ),
    (
        "3",
        {
            "en": "The secretariat reports to the council every six months on what was done and what it cost.",
            "ar": "تقدم الأمانة تقريرا إلى المجلس كل ستة أشهر عما أُنجز وعن تكلفته.",
            "zh": "秘书处每六个月向理事会报告已完成的工作及其费用。",
            "fr": "Le secrétariat rend compte au conseil tous les six mois de ce qui a été fait et de ce que cela a coûté.",
            "ru": "Секретариат раз в полгода отчитывается перед советом о сделанном и о затратах.",
            "es": "La secretaría informa al consejo cada seis meses de lo hecho y de su costo.",
        },
    ),
)
EXPLAINED = {
    "en": "We voted in favour, and ask that the reports be published in all six languages.",
    "fr": "Nous avons voté pour, et demandons que les rapports soient publiés dans les six langues.",
}
SECOND = {
    "en": "Shared register of test data",
    "ar": "سجل مشترك لبيانات الاختبار",
    "zh": "测试数据共享登记册",
    "fr": "Registre commun de données d’essai",
    "ru": "Общий реестр испытательных данных",
    "es": "Registro común de datos de prueba",
}


def _text(wordings: Mapping[str, str]) -> Text:
    return Text.drafted(wordings["en"], "en", {code: text for code, text in wordings.items() if code != "en"})


def build(by: Actor, council: Body, heads: Sequence[tuple[str, Person]], meeting: str = "") -> Vote:
    """Seat the delegations in the council, take a recorded vote of it, and open another, in the meeting if one is named.

    heads: id of the party, and who speaks for it. Returns the vote that is open.
    """
    for party, _head in heads:
        actions.qualify(by=by, kind="seat", party=party, body=council.id, since=by.now.date(), reason=REASON)
    parts = [PartAsked(reference=reference, text=_text(wordings)) for reference, wordings in PARAGRAPHS]
    question = actions.put_to_vote(
        by=by, body=council.id, title=_text(PROGRAMME), rule="important", parts=parts, moved_by=heads[0][0]
    )
    vote = actions.open_vote(by=by, question=question.id)
    choices = ["yes", "yes", "yes", "abstain", "yes"]
    for (party, head), choice in zip(heads, choices, strict=False):
        actions.cast(by=actor_for(head, by.now), vote=vote.id, party=party, choice=choice)
    last_party = heads[-1][0]
    actions.enter_votes(by=by, vote=vote.id, entries=[Entered(party=last_party, choice="yes")])
    actions.close_vote(by=by, vote=vote.id)
    words = {code: f"{title}: 5 – 0 – 1" for code, title in PROGRAMME.items()}
    actions.announce(by=by, vote=vote.id, verdict="adopted", words=_text(words))
    party, head = heads[1]
    actions.explain(by=actor_for(head, by.now), vote=vote.id, party=party, text=_text(EXPLAINED))
    other = actions.put_to_vote(
        by=by, body=council.id, title=_text(SECOND), rule="ordinary", moved_by=heads[2][0], meeting=meeting
    )
    running = actions.open_vote(by=by, question=other.id)
    for (party, head), choice in zip(heads[:2], ("yes", "no"), strict=True):
        actions.cast(by=actor_for(head, by.now), vote=running.id, party=party, choice=choice)
    return running
