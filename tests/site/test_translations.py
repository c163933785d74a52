"""The translators' desk: what wants a wording, a form beside the original, and what readers then see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from comity.groundwork.acts import actor_for
from comity.groundwork.models import Person
from comity.groundwork.panels import waits_for
from comity.groundwork.translated import TRANSLATABLE, Made, Text, Wording, digest
from comity.office.charter.actions import change_tenet, withdraw_tenet
from comity.office.charter.models import Tenet
from comity.site.queries import Want, standings, wanted_rows

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Person | None], Client]
TITLE = TRANSLATABLE["charter.tenet", "title"]


def standing(language: str) -> tuple[int, int, int, int, int]:
    """Texts, missing, stale, unread and sound ones among the titles of founding texts."""
    found = next(one for one in standings([language])[language] if one.field == TITLE)
    return found.texts, found.missing, found.stale, found.unread, found.sound


def test_the_desk_tells_what_each_text_wants(house: Any) -> None:
    assert standing("en") == (6, 0, 0, 0, 6)
    assert standing("zh") == (6, 0, 0, 6, 0)
    assert standing("ar") == (6, 0, 0, 5, 1)
    assert standing("fr") == (6, 6, 0, 0, 0)


def test_a_changed_original_makes_wordings_stale_once(house: Any) -> None:
    tenet: Tenet = house.tenets[1]
    change_tenet(by=actor_for(house.secretary), tenet=tenet.id, title=tenet.title.rewritten("Sovereign equality"))
    assert standing("zh") == (6, 0, 1, 5, 0)
    assert [row.pk for row in wanted_rows(TITLE, "zh", Want.STALE)] == [tenet.id]
    assert tenet.id not in [row.pk for row in wanted_rows(TITLE, "zh", Want.UNREAD)]


def test_a_text_that_no_longer_stands_wants_nothing(house: Any) -> None:
    withdraw_tenet(by=actor_for(house.secretary), tenet=house.tenets[5].id, reason="entered twice")
    assert standing("fr") == (5, 5, 0, 0, 0)


def test_counts_agree_with_what_the_texts_themselves_say(house: Any) -> None:
    change_tenet(by=actor_for(house.secretary), tenet=house.tenets[0].id, title=house.tenets[0].title.rewritten("Anew"))
    for language in ("ar", "en", "fr", "zh"):
        titles: list[Text] = list(Tenet.objects.values_list("title", flat=True))
        foreign = [text for text in titles if text.original_language != language]
        given = [text for text in foreign if language in text.wordings]
        stale = [text for text in given if text.is_stale(language)]
        unread = [t for t in given if not t.is_stale(language) and not t.wordings[language].reviewed]
        expected = (len(foreign) - len(given), len(stale), len(unread))
        assert standing(language)[1:4] == expected


def test_all_languages_cost_the_queries_of_one(house: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(len(TRANSLATABLE)):
        standings(["ar", "en", "es", "fr", "ru", "zh"])


def test_a_translator_gives_a_wording_and_readers_see_it_without_a_mark(
    signed_in: SignedIn, house: Any, client: Client
) -> None:
    translator = signed_in(house.translator)
    tenet = house.tenets[1]
    address = f"/en/translations/fr/{tenet.ref}/title"
    form = translator.get(address).content.decode()
    assert '<div class="prose" lang="en"><p dir="auto">Respect for sovereignty</p></div>' in form
    assert 'lang="fr" dir="ltr"' in form
    given = {"text": "Respect de la souveraineté", "made": "person", "reviewed": "on"}
    assert translator.post(address, given).status_code == 302
    tenet.refresh_from_db()
    assert tenet.title.wordings["fr"] == Wording(
        "Respect de la souveraineté", Made.PERSON, digest("Respect for sovereignty"), reviewed=True
    )
    html = client.get("/fr/charter/texts").content.decode()
    assert '<bdi lang="fr" dir="auto">Respect de la souveraineté</bdi></h3>' in html


def test_a_machines_wording_is_marked_on_the_page_and_explained_at_its_foot(client: Client, house: Any) -> None:
    html = client.get("/zh/charter/bodies").content.decode()
    assert '<bdi lang="zh" dir="auto">理事会</bdi><sup class="sign"' in html
    assert '<ul class="legend">' in html
    assert '<ul class="legend">' not in client.get("/en/charter/bodies").content.decode()


def test_the_list_leads_from_a_number_to_its_texts(signed_in: SignedIn, house: Any) -> None:
    html = signed_in(house.translator).get("/en/translations/fr?text=charter.tenet.title&want=missing").content.decode()
    for tenet in house.tenets:
        assert f"/en/translations/fr/{tenet.ref}/title" in html
    assert "?text=charter.body.name&amp;want=missing" in html


def test_the_original_is_changed_where_it_was_written(signed_in: SignedIn, house: Any) -> None:
    response = signed_in(house.translator).get(f"/en/translations/en/{house.tenets[0].ref}/title")
    assert response.status_code == 404


def test_whoever_is_no_translator_reads_the_state_and_changes_nothing(
    client: Client, signed_in: SignedIn, house: Any
) -> None:
    assert client.get("/en/translations").status_code == 200
    assert '/title"' not in client.get("/en/translations/fr").content.decode()
    address = f"/en/translations/fr/{house.tenets[0].ref}/title"
    for who in (None, house.delegate):
        assert signed_in(who).post(address, {"text": "x", "made": "person"}).status_code == 403


@pytest.mark.parametrize(
    "asked", ["?text=x&want=y", "?text=charter.tenet.title&want=stale", "?want=missing", "?page=99"]
)
def test_any_question_to_the_desk_is_answered(client: Client, house: Any, asked: str) -> None:
    assert client.get(f"/en/translations/fr{asked}").status_code == 200


def test_translators_find_their_work_on_the_first_page(house: Any) -> None:
    with override("zh"):
        (one,) = waits_for(actor_for(house.translator))
        assert one.url == "/zh/translations/zh"
        assert list(waits_for(actor_for(house.delegate))) == []
    with override("en"):
        assert list(waits_for(actor_for(house.translator))) == []


def test_of_two_translators_the_second_sees_that_the_first_was_there(house: Any, signed_in: SignedIn) -> None:
    tenet: Tenet = house.tenets[2]
    page = f"/en/translations/fr/{tenet.ref}/title"
    client = signed_in(house.translator)
    seen = client.get(page).content.decode().split('name="seen" value="')[1].split('"')[0]
    asked = {"text": "Axée sur le développement", "made": "person", "reviewed": "on", "seen": seen}
    assert signed_in(house.translator).post(page, asked).status_code == 302
    second = client.post(page, {**asked, "text": "Tournée vers le développement"})
    assert second.status_code == 422
    assert "Changed meanwhile" in second.content.decode()
    tenet.refresh_from_db()
    assert tenet.title.wordings["fr"].text == "Axée sur le développement"


def test_a_wording_is_named_in_the_timeline_by_the_word_for_its_language(client: Client, house: Any) -> None:
    page = client.get(f"/en/records/?about={house.tenets[0].ref}").content.decode()
    assert "a text was translated (Arabic)" in page
