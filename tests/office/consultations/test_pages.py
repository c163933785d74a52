"""The pages, as a citizen, a moderator and a secretary go through them."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.office.consultations.conftest import Town, crowd, opened, prepared, publish

from comity.ballot_box import Answer, BoxRefuses
from comity.cli import main
from comity.groundwork.acts import system_actor
from comity.groundwork.models import Event
from comity.groundwork.translated import Text
from comity.office.consultations import actions
from comity.office.consultations.actions.consultations import SegmentAsked
from comity.office.consultations.box import the_box
from comity.office.consultations.models import Authorship, Consultation, Statement
from comity.office.consultations.queries.findings import weigh
from comity.office.consultations.queries.results import latest

Browse = Callable[..., Client]


def at(consultation: Consultation, page: str = "") -> str:
    return f"/en/consultations/{consultation.id}{'/' + page if page else ''}"


def vote(client: Client, consultation: Consultation, statement: int, answer: str, **more: str) -> Any:
    return client.post(at(consultation, "answer"), {"statement": statement, "vote": answer, **more})


def test_a_citizen_answers_without_an_account_and_sees_what_she_answered(town: Town, browse: Browse) -> None:
    citizen = browse()
    page = citizen.get(at(town.consultation))
    assert "Take part" in page.content.decode()
    first = citizen.get(at(town.consultation, "answer"))
    shown = first.context["shown"]
    assert vote(citizen, town.consultation, shown.number, "agree", important="1").status_code == 302
    second = citizen.get(at(town.consultation, "answer"))
    assert second.context["shown"].number != shown.number
    assert second.context["done"] == 1
    mine = citizen.get(at(town.consultation, "mine")).content.decode()
    assert "I agree" in mine
    assert "matters to me" in mine
    again = citizen.get(at(town.consultation, "answer") + f"?statement={shown.number}")
    assert again.context["before"].vote == 1
    vote(citizen, town.consultation, shown.number, "disagree")
    assert "I disagree" in citizen.get(at(town.consultation, "mine")).content.decode()
    assert browse().get(at(town.consultation, "mine")).context["answers"] == []


def test_everything_can_be_taken_back(town: Town, browse: Browse) -> None:
    citizen = browse()
    citizen.get(at(town.consultation, "answer"))
    vote(citizen, town.consultation, 1, "agree")
    assert the_box().counts(town.consultation.id).votes == 1
    assert citizen.post(at(town.consultation, "mine/withdraw"), {"sure": "on"}).status_code == 302
    assert the_box().counts(town.consultation.id).votes == 0
    entry = Event.objects.get(type="consultations.answers_erased")
    assert entry.actor is None


def test_whoever_writes_what_is_there_already_is_shown_it_first(town: Town, browse: Browse) -> None:
    citizen = browse()
    given = {"text": "Trees should belong along every street!", "language": "en"}
    page = citizen.post(at(town.consultation, "write"), given)
    assert page.status_code == 200
    assert [row.number for row, _score in page.context["alike"]] == [2]
    assert not Authorship.objects.exists()
    assert citizen.post(at(town.consultation, "write"), {**given, "sure": "on"}).status_code == 302
    mine = citizen.get(at(town.consultation, "mine")).content.decode()
    assert "Trees should belong along every street!" in mine
    assert "Not moderated yet" in mine


def test_what_is_in_preparation_is_seen_by_those_who_prepare_it_only(town: Town, browse: Browse) -> None:
    draft = prepared(town.actor())
    assert browse().get(at(draft)).status_code == 404
    assert browse(town.citizen).get(at(draft)).status_code == 404
    assert browse(town.secretary).get(at(draft)).status_code == 200
    assert draft.title.original in browse(town.secretary).get("/en/consultations/").content.decode()


def test_where_accounts_are_asked_for_one_account_has_one_voice_on_every_device(town: Town, browse: Browse) -> None:
    current = opened(town.actor(), entry="accounts")
    assert browse().get(at(current, "answer")).status_code == 403
    for _device in range(2):
        device = browse(town.citizen)
        device.get(at(current, "answer"))
        vote(device, current, 1, "agree")
    counts = the_box().counts(current.id)
    assert (counts.participants, counts.votes) == (1, 1)


def test_an_invitation_lets_one_person_in_and_a_wrong_one_nobody(town: Town, browse: Browse) -> None:
    current = opened(town.actor(), entry="invited")
    code = actions.invite(by=town.actor(), consultation=current.id, count=2).splitlines()[0]
    guest = browse()
    assert guest.get(at(current, "answer")).url == at(current, "join")
    assert guest.post(at(current, "join"), {"code": "NOT THIS ONE"}).status_code == 422
    assert guest.post(at(current, "join"), {"code": f" {code[:4].lower()}-{code[4:]} "}).status_code == 302
    vote(guest, current, 1, "agree")
    other = browse()
    other.post(at(current, "join"), {"code": code})
    vote(other, current, 1, "disagree")
    assert the_box().counts(current.id).participants == 1


@pytest.mark.parametrize("page", ["answer", "write", "about-me", "join", "answer?statement=2"])
def test_an_old_link_to_what_is_closed_leads_to_what_came_of_it(town: Town, browse: Browse, page: str) -> None:
    current = town.consultation
    actions.close(by=town.actor(), consultation=current.id)
    guest = browse()
    shown = guest.get(at(current, page), follow=True)
    assert shown.redirect_chain == [(at(current), 302)]
    assert "takes no answers any more" in shown.content.decode()
    assert at(current, "results") in shown.content.decode()
    assert vote(guest, current, 1, "agree").status_code == 409


def test_a_result_is_called_final_once_it_is_there(town: Town, browse: Browse) -> None:
    current, sentence = town.consultation, "The final result is being computed."
    assert sentence not in browse().get(at(current)).content.decode()
    actions.close(by=town.actor(), consultation=current.id)
    actions.freeze(by=town.actor(), consultation=current.id)
    page = browse(town.moderator).get(at(current)).content.decode()
    assert sentence in page
    assert at(current, "queue") not in page
    Consultation.objects.filter(id=current.id).update(published="0" * 64)
    assert "Its result is final." in browse().get(at(current)).content.decode()


def test_a_moderator_takes_from_the_queue_and_decides(town: Town, browse: Browse) -> None:
    citizen, moderator = browse(), browse(town.moderator)
    citizen.post(at(town.consultation, "write"), {"text": "Bicycles are lent for nothing.", "language": "en"})
    row = Statement.objects.get(decision="waiting")
    assert "Bicycles" not in citizen.get(at(town.consultation, "statements")).content.decode()
    assert citizen.get(at(town.consultation, "queue")).status_code == 404
    queue = moderator.get(at(town.consultation, "queue")).content.decode()
    assert f'id="waiting" data-live="{town.consultation.ref}"' in queue
    assert "live.js" in queue
    moderator.post(at(town.consultation, "queue/claim"))
    assert "Bicycles" in moderator.get(at(town.consultation, "queue")).content.decode()
    assert (
        moderator.post(f"/en/consultations/statements/{row.id}/reject", {"reason": "Off the question"}).status_code
        == 302
    )
    assert "Off the question" in citizen.get(at(town.consultation, "mine")).content.decode()
    log = browse().get(at(town.consultation, "log")).content.decode()
    assert "Off the question" in log
    assert "Bicycles" not in log


def test_results_show_common_ground_and_divides_once_five_have_answered(town: Town, browse: Browse) -> None:
    reader = browse()
    assert "at least five" in reader.get(at(town.consultation, "results")).content.decode()
    crowd(town.consultation)
    publish(town.consultation)
    page = reader.get(at(town.consultation, "results"))
    assert page.context["latest"].result.counts.participants == 40
    assert page.context["common"][0].number == 1
    html = page.content.decode()
    assert "<svg" in html
    assert " style=" not in html
    report = reader.get(at(town.consultation, "results/report"))
    assert report.status_code == 200
    assert "unsafe-inline" in report["Content-Security-Policy"]
    assert reader.get("/en/consultations/drawings.css")["Content-Type"].startswith("text/css")


def test_results_are_weighted_beside_what_they_are_and_never_in_its_place(town: Town, browse: Browse) -> None:
    asked = SegmentAsked(question=Text.of("Where?"), labels=(Text.of("North"), Text.of("South")))
    current = opened(town.actor(), segments=[asked])
    box = the_box()
    for number, who in enumerate(crowd(current, people=40)):
        box.declare(current.id, who, {"Where?": "South" if number % 4 == 0 else "North"})
    publish(current)
    shown = latest(current)
    assert shown is not None
    entry = shown.result.statement(3)  # the camps differ: half agree, and nobody of the South
    labels = next(one.labels for one in shown.result.segments)
    raw, weighed = weigh(entry, "Where?", labels, {"North": 500, "South": 500})
    assert raw == 0.5
    assert weighed == pytest.approx((20 / 30 + 0 / 10) / 2)
    assert weigh(entry, "Where?", labels, {"North": 500, "South": 400, "East": 100}) == (0.5, None)
    segment = current.segments.get()
    form = {"shares": "North: 30\nSouth: 70", "source": "census of 2020"}
    address = at(current, f"population/{segment.id}")
    assert browse(town.secretary).post(address, {**form, "shares": "North: 30\nSouth: 20"}).status_code == 422
    assert browse(town.secretary).post(address, form).status_code == 302
    page = browse().get(at(current, "results"))
    html = page.content.decode()
    assert [(str(word), *row[:3]) for word, *row in page.context["segments"][0].rows] == [
        ("North", "30", "75%", "30%"),
        ("South", "10", "25%", "70%"),
    ]
    assert "census of 2020" in html
    assert "Weighted" in html


def test_what_is_opened_closed_and_moderated_reaches_the_ballot_box(
    town: Town, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    box, key = the_box(), town.consultation.id
    with django_capture_on_commit_callbacks(execute=True):
        actions.reject(by=town.actor(), consultation=key, statement=town.statement(3).id, reason="off the question")
    assert box.cast(key, 5, [Answer(3, 1), Answer(1, 1)]).taken == 1
    with django_capture_on_commit_callbacks(execute=True):
        actions.close(by=town.actor(), consultation=key)
    with pytest.raises(BoxRefuses, match="closed"):
        box.cast(key, 5, [Answer(1, 1)])
    with django_capture_on_commit_callbacks(execute=True):
        actions.open_consultation(by=town.actor(), consultation=key)
    assert box.cast(key, 5, [Answer(2, 1)]).taken == 1


def test_a_citizen_sees_where_she_stands(town: Town, browse: Browse) -> None:
    crowd(town.consultation)
    publish(town.consultation)
    citizen = browse()
    citizen.get(at(town.consultation, "answer"))
    assert "no place to show yet" in citizen.get(at(town.consultation, "where")).content.decode()
    for number, answer in enumerate(("agree", "agree", "agree", "agree", "disagree", "disagree"), start=1):
        vote(citizen, town.consultation, number, answer)
    page = citizen.get(at(town.consultation, "where"))
    assert page.context["place"] is not None
    shown = page.content.decode()
    assert 'class="me"' in shown
    group = page.context["group"]
    assert f": {group.people} people, {group.share} of all on the map." in shown
    assert "{{" not in shown
    assert "&lt;" not in shown[shown.index("Your answers are nearest") : shown.index("of all on the map")]


def test_the_first_page_names_what_people_are_asked_now_and_nothing_else(town: Town, browse: Browse) -> None:
    prepared(town.actor(), title=Text.of("Shall we build a bridge?"))
    page = browse().get("/en/").content.decode()
    assert at(town.consultation) in page
    assert "What people are asked now" in page
    assert "bridge" not in page
    actions.close(by=town.actor(), consultation=town.consultation.id)
    assert "What people are asked now" not in browse().get("/en/").content.decode()


def test_a_moderator_accepts_with_one_press_what_she_has_read(town: Town, browse: Browse) -> None:
    citizen, moderator = browse(), browse(town.moderator)
    citizen.post(at(town.consultation, "write"), {"text": "Les vélos se prêtent pour rien.", "language": "fr"})
    row = Statement.objects.get(decision="waiting")
    moderator.post(at(town.consultation, "queue/claim"))
    queue = moderator.get(at(town.consultation, "queue")).content.decode()
    assert "French" in queue
    seen = re.search(r'name="seen" value="(\d+)"', queue)
    assert seen
    assert f'action="/en/consultations/statements/{row.id}/accept"' in queue
    # She rewords it in another window meanwhile: what this one shows is not what would be accepted.
    actions.reword(
        by=town.actor("moderator"),
        consultation=town.consultation.id,
        statement=row.id,
        text=Text.of("Les vélos se louent.", "fr"),
        reason="Clearer",
    )
    accept = f"/en/consultations/statements/{row.id}/accept"
    assert moderator.post(accept, {"seen": seen[1]}).status_code == 422
    again = re.search(r'name="seen" value="(\d+)"', moderator.get(at(town.consultation, "queue")).content.decode())
    assert again
    assert moderator.post(accept, {"seen": again[1]}).status_code == 302
    row.refresh_from_db()
    assert row.decision == "accepted"


def test_what_a_result_follows_from_comes_as_one_file_that_the_printed_command_checks(
    town: Town, browse: Browse, tmp_path: Path
) -> None:
    crowd(town.consultation)
    publish(town.consultation)
    page = browse().get(at(town.consultation, "results")).content.decode()
    answer = browse().get(at(town.consultation, "results/files.zip"))
    assert answer.content == browse().get(at(town.consultation, "results/files.zip")).content
    command = re.search(r"comity map --check (\S+)</code>", page)
    assert command
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path)
    assert {entry.name for entry in (tmp_path / command[1]).iterdir()} == {"report-en.html", "result.json", "sums.json"}
    assert main(["map", "--check", str(tmp_path / command[1])]) == 0
    result = tmp_path / command[1] / "result.json"
    told = json.loads(result.read_text())
    told["statements"][0]["overall"]["agree"] += 1
    result.write_text(json.dumps(told))
    assert main(["map", "--check", str(tmp_path / command[1])]) == 1


def test_results_that_are_not_public_are_no_file_either(town: Town, browse: Browse) -> None:
    current = opened(town.actor(), showing="closed")
    assert browse().get(at(current, "results/files.zip")).status_code == 409


@pytest.mark.parametrize("language", ["ar", "zh"])
def test_pages_render_in_other_scripts(town: Town, browse: Browse, language: str) -> None:
    crowd(town.consultation)
    publish(town.consultation)
    secretary = browse(town.secretary)
    for page in ("", "answer", "write", "mine", "results", "where", "statements", "log", "queue", "change", "seed"):
        answer = secretary.get(at(town.consultation, page).replace("/en/", f"/{language}/"))
        assert answer.status_code == 200, page


def test_a_final_result_is_kept_and_cited(
    town: Town, browse: Browse, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    crowd(town.consultation)
    publish(town.consultation)
    by = town.actor()
    for end in (actions.close, actions.freeze):
        with django_capture_on_commit_callbacks(execute=True):
            end(by=by, consultation=town.consultation.id)
    with pytest.raises(BoxRefuses, match="frozen"):
        the_box().cast(town.consultation.id, 5, [Answer(1, 1)])
    publish(town.consultation)
    assert actions.note_results(by=system_actor()) == 1
    town.consultation.refresh_from_db()
    assert town.consultation.published
    kept = actions.keep_finding(
        by=by, consultation=town.consultation.id, kind="statement", statement=town.statement(1).id
    )
    page = browse().get(f"/en/consultations/findings/{kept.id}").content.decode()
    assert "Every village school gets a library." in page
    slate = actions.keep_finding(by=by, consultation=town.consultation.id, kind="slate")
    assert browse().get(f"/en/consultations/findings/{slate.id}").status_code == 200
