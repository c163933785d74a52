"""Silence procedures: the clock, receipts, breaking by part, what is disclosed, and the end that comes by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone, translation
from tests.office.decisions.union import (
    BACKEND,
    NOW,
    PARAGRAPHS,
    STATES,
    Union,
    build,
    charter_text,
    join,
    parts,
    silence,
)
from tests.office.members.conftest import empty_the_state

from comity.groundwork.acts import system_actor
from comity.groundwork.models import Event, Job
from comity.groundwork.queries import timeline
from comity.groundwork.refusals import NotAllowed, NotFound, Refused
from comity.groundwork.replay import differences, replay, state
from comity.groundwork.translated import Made, Text, Wording, digest
from comity.office.charter.actions import change_setting, dissolve_body
from comity.office.charter.queries import setting
from comity.office.decisions import actions
from comity.office.decisions.actions.question import PartAsked
from comity.office.decisions.actions.silence import ON_THE_WAY
from comity.office.decisions.forms_silence import parts_asked
from comity.office.decisions.models.question import Question
from comity.office.decisions.models.silence import Silence, SilencePart
from comity.office.decisions.queries import silence as queries
from comity.office.decisions.settings import CLOCK
from comity.office.members.actions import register_party
from comity.site.templatetags.comity import sentence

PATH = "/en/decisions/silence"


@pytest.fixture
def union(db: None) -> Union:
    return build()


def ended(current: Silence) -> Silence:
    """After the clock has looked."""
    actions.end_silences(by=system_actor(current.deadline + ON_THE_WAY + timedelta(seconds=1)))
    current.refresh_from_db()
    return current


def stages(current: Silence) -> list[str]:
    return list(current.parts.order_by("rank").values_list("stage", flat=True))


def broken_on(union: Union, current: Silence, key: str, rank: int | None, now: datetime = NOW, **more: Text) -> str:
    part = "" if rank is None else current.parts.get(rank=rank).id
    row = actions.break_silence(
        by=union.by(key, now), silence=current.id, party=union.parties[key], part=part, reason=Text.of("Why"), **more
    )
    return row.id


def test_the_deadline_leaves_every_capital_the_same_working_time(union: Union) -> None:
    current = silence(union)
    # Friday 15:00 UTC. In Riyadh Friday and Saturday are of rest, so its time begins on Sunday, and it is Tokyo's holiday on Monday.
    by_member = {one["member"]: datetime.fromisoformat(one["deadline"]) for one in current.reckonings}
    assert set(by_member) == set(STATES)
    assert by_member["SAU"] == datetime(2026, 11, 25, 0, 0, tzinfo=ZoneInfo("Asia/Riyadh"))
    assert by_member["JPN"] == datetime(2026, 11, 27, 0, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert current.deadline == max(by_member.values()) == current.fair_deadline


def test_unbroken_silence_adopts_by_itself_at_the_deadline_and_not_before(union: Union) -> None:
    current = silence(union)
    assert actions.end_silences(by=system_actor(current.deadline)) == 0
    ended(current)
    assert current.stage == "adopted"
    assert current.ended_at == current.deadline
    assert stages(current) == ["adopted"] * 3
    assert not Question.objects.exists()


def test_the_result_is_that_of_the_deadline_also_when_the_server_was_down(union: Union) -> None:
    current = silence(union)
    actions.end_silences(by=system_actor(current.deadline + timedelta(days=9)))
    current.refresh_from_db()
    assert (current.stage, current.ended_at) == ("adopted", current.deadline)


def test_silence_broken_on_one_paragraph_puts_that_one_to_the_vote(union: Union) -> None:
    current = silence(union)
    broken_on(union, current, "KEN", 1, wording=Text.of("Reports are for members."))
    ended(current)
    assert current.stage == "broken"
    assert stages(current) == ["adopted", "broken", "adopted"]
    put = Question.objects.get()
    assert (put.source, put.rule, put.mode) == (str(current.ref), "ordinary", "writing")
    assert [part.reference for part in put.parts.all()] == ["para 2"]
    assert queries.question_from(current) == put


def test_what_is_put_after_a_break_says_on_which_parts_and_who_made_each_wording(union: Union) -> None:
    title = Text.of("Reporting", "en", fr="Rapports")
    title = title.translated("zh", Wording("报告", Made.MACHINE, digest("Reporting")))
    asked = [PartAsked(reference=str(n), text=Text.of(text)) for n, text in enumerate(PARAGRAPHS, 1)]
    current = actions.open_silence(
        by=union.by(), body=union.body.id, title=title, parts=asked, then="vote", then_rule="ordinary"
    )
    broken_on(union, current, "KEN", 0)
    broken_on(union, current, "TUN", 2)
    ended(current)
    put = Question.objects.get()
    told = {code: one.text for code, one in put.title.wordings.items()}
    assert told == {
        "en": "Reporting: paragraph 1, paragraph 3",
        "fr": "Rapports : paragraphe 1, paragraphe 3",
        "zh": "报告：第 1 段、第 3 段",
    }
    assert put.title.wordings["zh"].made == Made.MACHINE
    assert not any(put.title.is_stale(code) for code in told)


def test_a_whole_text_that_was_broken_is_put_under_its_own_title(union: Union) -> None:
    current = silence(union)
    broken_on(union, current, "KEN", None)
    ended(current)
    assert str(Question.objects.get().title) == "Reporting"


def test_a_delegation_is_not_offered_what_it_has_broken(union: Union, client: Client) -> None:
    current = silence(union)
    first, second, third = current.parts.order_by("rank")
    broken_on(union, current, "KEN", 0)
    offered = {}
    for key in ("KEN", "TUN"):
        client.force_login(union.people[key], backend=BACKEND)
        page = client.get(f"{PATH}/{current.id}").content.decode()
        form = client.get(f"{PATH}/{current.id}/break").content.decode()
        offered[key] = [f"?part={part.id}" in page for part in (first, second, third)]
        assert offered[key] == [f'value="{part.id}"' in form for part in (first, second, third)]
    assert offered == {"KEN": [False, True, True], "TUN": [True, True, True]}
    for rank in (1, 2, None):
        broken_on(union, current, "KEN", rank)
    client.force_login(union.people["KEN"], backend=BACKEND)
    assert f'{PATH}/{current.id}/break"' not in client.get(f"{PATH}/{current.id}").content.decode()


def test_paragraphs_without_names_are_named_in_each_readers_language(union: Union, client: Client) -> None:
    with translation.override("fr"):
        asked = parts_asked("Un.\n\nDeux.", "fr")
    assert [part.reference for part in asked] == ["1", "2"]
    current = actions.open_silence(
        by=union.by(), body=union.body.id, title=Text.of("Textes", "fr"), parts=asked, then="nothing"
    )
    for language, word in (("en", "Paragraph 2"), ("zh", "第 2 段"), ("ar", "الفقرة 2")):
        assert word in client.get(f"/{language}/decisions/silence/{current.id}").content.decode()


def test_broken_parts_can_be_put_before_the_body_for_consensus(union: Union) -> None:
    current = silence(union, then="consensus", then_rule="by-consensus")
    broken_on(union, current, "KEN", 1)
    ended(current)
    put = Question.objects.get()
    assert (put.rule, put.mode, put.source) == ("by-consensus", "meeting", str(current.ref))


def test_a_rule_that_is_gone_by_the_deadline_leaves_the_result_and_puts_nothing(
    union: Union, caplog: pytest.LogCaptureFixture, client: Client
) -> None:
    current = silence(union)
    broken_on(union, current, "KEN", 1)
    dissolve_body(by=union.by(), body=union.body.id, dissolved_on=NOW.date(), reason="Merged")
    ended(current)
    assert current.stage == "broken"
    assert not Question.objects.exists()
    assert "were not put" in caplog.text
    assert "The secretariat can put it." in client.get(f"{PATH}/{current.id}").content.decode()


def test_a_deadline_can_be_moved_many_times_and_not_without_end(union: Union) -> None:
    current = silence(union)
    for _ in range(5):
        actions.extend_silence(by=union.by(), silence=current.id, period="24 hours", reason="More time.")
    current.refresh_from_db()
    assert current.period == "72 hours" + 5 * " + 24 hours"
    Silence.objects.filter(id=current.id).update(period="72 hours" + 32 * " + 24 hours")
    with pytest.raises(Refused, match="too often"):
        actions.extend_silence(by=union.by(), silence=current.id, period="24 hours", reason="More time.")


def test_a_break_of_the_whole_breaks_every_part(union: Union) -> None:
    current = silence(union, then="nothing")
    broken_on(union, current, "KEN", None)
    assert stages(ended(current)) == ["broken"] * 3
    assert not Question.objects.exists()


def test_a_break_at_the_deadline_counts_and_a_later_one_is_refused(union: Union) -> None:
    current = silence(union)
    broken_on(union, current, "KEN", 0, now=current.deadline)
    with pytest.raises(Refused, match="deadline has passed"):
        broken_on(union, current, "TUN", 0, now=current.deadline + timedelta(seconds=1))
    assert stages(ended(current))[0] == "broken"


def test_a_withdrawn_break_does_not_count(union: Union) -> None:
    current = silence(union)
    row = broken_on(union, current, "KEN", 0)
    with pytest.raises(NotFound):
        actions.withdraw_break(by=union.by("TUN"), broken=row, party=union.parties["TUN"])
    actions.withdraw_break(by=union.by("KEN"), broken=row, party=union.parties["KEN"])
    broken_on(union, current, "KEN", 0)  # and can be made anew
    actions.withdraw_break(
        by=union.by("KEN"), broken=current.breaks.get(withdrawn_at=None).id, party=union.parties["KEN"]
    )
    assert stages(ended(current)) == ["adopted"] * 3


def test_only_a_delegation_breaks_silence_and_only_for_its_own_party(union: Union) -> None:
    current = silence(union)
    for who in ("", "TUN"):
        with pytest.raises(NotAllowed):
            actions.break_silence(
                by=union.by(who), silence=current.id, party=union.parties["KEN"], reason=Text.of("Why")
            )
    broken_on(union, current, "KEN", 0)
    with pytest.raises(Refused, match="already"):
        broken_on(union, current, "KEN", 0)


def test_an_extension_is_reckoned_as_fairly_from_the_deadline_on(union: Union) -> None:
    current = silence(union)
    before = current.deadline
    actions.extend_silence(by=union.by(), silence=current.id, period="1 working days", reason="A text came late.")
    current.refresh_from_db()
    # The deadline was Thursday 15:00 UTC. In Suva it was Friday already, so that its whole working day is the Monday.
    assert before == datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
    assert current.deadline == datetime(2026, 12, 1, 0, 0, tzinfo=ZoneInfo("Pacific/Fiji"))
    assert current.period == "72 hours + 1 working days"
    assert ["2026-11-23", "Labor Thanksgiving Day"] in next(
        one["idle"] for one in current.reckonings if one["member"] == "JPN"
    )


def test_a_withdrawn_text_is_not_adopted(union: Union) -> None:
    current = silence(union)
    actions.withdraw_silence(by=union.by(), silence=current.id, reason="Overtaken.")
    assert ended(current).stage == "withdrawn"


@pytest.mark.parametrize(
    ("naming", "while_it_runs", "at_the_end"),
    [("at_once", True, True), ("after", False, True), ("never", False, False)],
)
def test_who_broke_silence_is_seen_as_the_policy_says(
    union: Union, client: Client, naming: str, while_it_runs: bool, at_the_end: bool
) -> None:
    current = silence(union, naming=naming)
    broken_on(union, current, "KEN", 1, wording=Text.of("Reports are for members."))

    def seen(client: Client) -> tuple[bool, bool]:
        page = client.get(f"{PATH}/{current.id}").content.decode()
        assert "Reports are for members." in page
        text = page.split('id="parts"')[1].split('id="how"')[0]
        return "Kenya" in text, "Why" in text.replace("Why it came out so", "")

    assert seen(client) == (while_it_runs, while_it_runs)
    own, other = Client(), Client()
    own.force_login(union.people["KEN"], backend=BACKEND)
    other.force_login(union.people["TUN"], backend=BACKEND)
    assert seen(own) == (True, True)
    assert seen(other) == (while_it_runs, while_it_runs)
    ended(current)
    assert seen(client) == (at_the_end, at_the_end)
    assert seen(own) == (True, True)


def test_what_is_never_named_is_in_no_public_event_row_or_leaf(union: Union) -> None:
    current = silence(union, naming="never")
    before = Event.objects.count()
    broken_on(union, current, "KEN", 1)
    ended(current)
    party = union.parties["KEN"].encode()
    for event in Event.objects.filter(seq__gte=before).prefetch_related("parts"):
        public = event.audience == "public"
        assert not (public and any(party in bytes(part.payload or b"") for part in event.parts.all())), event.type
        assert party not in bytes(event.leaf)
        assert union.people["KEN"].id.encode() not in bytes(event.leaf)
    part = SilencePart.objects.get(silence=current, rank=1)
    assert (part.outcome, part.against) == ("", 1)


def test_a_text_for_members_is_for_nobody_else_and_neither_is_what_follows(union: Union, client: Client) -> None:
    current = silence(union, audience="members", naming="at_once")
    broken_on(union, current, "KEN", 1)
    ended(current)
    put = Question.objects.get()
    assert put.audience == "members"
    assert not Event.objects.filter(type__startswith="decisions.silence", audience="public").exists()
    for address in (f"{PATH}/{current.id}", f"/en/decisions/{put.id}", f"/api/v1/decisions/silence/{current.id}"):
        assert client.get(address).status_code == 404, address
    for address in (PATH, "/en/decisions/", "/en/", f"/en/charter/bodies/{union.body.id}"):
        assert "Reporting" not in client.get(address).content.decode(), address
    client.force_login(union.people["TUN"], backend=BACKEND)
    assert "Reporting" in client.get(f"{PATH}/{current.id}").content.decode()
    assert "Reporting" in client.get(PATH).content.decode()
    with pytest.raises(Refused, match="for everybody or for members"):
        silence(union, audience="secretariat")


def test_a_rule_that_does_not_bind_objectors_names_them_and_says_whom_it_binds(db: None) -> None:
    union = build(
        charter=charter_text()
        + '\n[[rule]]\nid = "tacit"\ntitle = "Tacit acceptance"\nsource = "Example"\ncertainty = "example"\n'
        'silence = "10 months"\nfails_if = "objections >= 1/3 of all"\nbinds = "not-objectors"\n'
    )
    with pytest.raises(Refused, match="has to be named"):
        silence(union, rule="tacit", naming="never")
    current = silence(union, rule="tacit")
    assert current.deadline.date().isoformat() == "2027-09-21"  # the seat is not set: midnight UTC after the last day
    broken_on(union, current, "KEN", None)
    ended(current)
    assert stages(current) == ["adopted"] * 3
    found = queries.seen_parts(current, union.by(), queries.members_of(current))
    assert [part.not_bound for part in found if part.part] == [("Kenya",)] * 3


def test_a_member_without_a_calendar_is_named_and_reckoned_by_the_seat(union: Union, client: Client) -> None:
    change_setting(by=union.by(), key="clock", value={"seat": "CHN", "day_seconds": None}, reason="its seat")
    party = register_party(by=union.by(), kind="union", name=Text.of("Atlantic Union"))
    join(union, party.id, party.id, union.by())
    current = silence(union)
    one = next(one for one in current.reckonings if one["member"] == party.id)
    assert (one["own"], one["zone"]) == (False, "Asia/Shanghai")
    page = client.get(f"{PATH}/{current.id}").content.decode()
    assert "No calendar of its own" in page
    assert "by the calendar of the seat" in page


def test_the_clock_of_silence_is_read_in_words(union: Union, client: Client) -> None:
    assert "Coordinated Universal Time" in client.get("/en/charter/settings").content.decode()
    change_setting(by=union.by(), key="clock", value={"seat": "CHN", "day_seconds": 100}, reason="its seat")
    page = client.get("/zh/charter/settings").content.decode()
    assert "中国" in page
    assert "100" in page
    assert "day_seconds" not in page


def test_the_clock_of_silence_is_set_in_fields_of_its_own(union: Union, client: Client) -> None:
    client.force_login(union.secretary, backend=BACKEND)
    form = "/en/charter/settings/clock"
    page = client.get(form).content.decode()
    assert '<option value="" selected>not set' in page
    assert page.index(">Chile<") < page.index(">Kenya<"), "countries stand in the order of their names"
    refused = client.post(form, {"seat": "ATLANTIS", "day_seconds": "0", "reason": ""}).content.decode()
    assert refused.count("aria-invalid") == 2
    done = client.post(form, {"seat": "CHN", "day_seconds": "", "reason": "its seat"})
    assert done.status_code == 302, done.content.decode()
    assert setting(CLOCK).seat == "CHN"
    assert setting(CLOCK).day_seconds is None
    assert '<option value="CHN" selected>China' in client.get(form).content.decode()


def test_a_faster_clock_runs_in_a_demonstration_only_and_says_so(db: None, client: Client) -> None:
    union = build(demonstration=True)
    change_setting(by=union.by(), key="clock", value={"seat": "CHN", "day_seconds": 20}, reason="to be watched")
    current = silence(union)
    assert current.deadline == NOW + timedelta(seconds=60)
    assert current.fair_deadline == datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
    page = client.get(f"{PATH}/{current.id}").content.decode()
    assert "Here a day lasts 20 seconds." in page
    assert "At its real pace silence would end" in page


def test_an_organisation_that_is_no_demonstration_runs_at_the_real_pace(union: Union) -> None:
    change_setting(by=union.by(), key="clock", value={"seat": "", "day_seconds": 20}, reason="by mistake")
    current = silence(union)
    assert (current.day_seconds, current.deadline) == (None, current.fair_deadline)


def test_every_delegation_is_told_and_confirms_receipt(union: Union, client: Client) -> None:
    current = silence(union)
    mails = [
        job.arguments for job in Job.objects.filter(name="groundwork.mail", arguments__subject__startswith="Under")
    ]
    assert {mail["to"] for mail in mails} == {f"{key.lower()}@example.org" for key in STATES}
    assert "Reporting" in mails[0]["subject"]
    assert f"/decisions/silence/{current.id}" in mails[0]["text"]
    assert "26 November 2026" in mails[0]["text"]
    actions.confirm_receipt(by=union.by("KEN"), silence=current.id, party=union.parties["KEN"])
    with pytest.raises(Refused, match="already"):
        actions.confirm_receipt(by=union.by("KEN"), silence=current.id, party=union.parties["KEN"])
    page = client.get(f"{PATH}/{current.id}").content.decode()
    assert "1 of 7 delegations have confirmed" in page
    assert "not yet" not in page  # which they are is for members
    client.force_login(union.people["TUN"], backend=BACKEND)
    assert "not yet" in client.get(f"{PATH}/{current.id}").content.decode()


def test_a_replay_gives_the_same_state(union: Union) -> None:
    first, second = silence(union), silence(union, naming="never")
    actions.confirm_receipt(by=union.by("KEN"), silence=first.id, party=union.parties["KEN"])
    row = broken_on(union, first, "KEN", 1)
    broken_on(union, second, "TUN", 0)
    actions.withdraw_break(by=union.by("KEN"), broken=row, party=union.parties["KEN"])
    actions.extend_silence(by=union.by(), silence=second.id, period="24 hours", reason="More time.")
    ended(first)
    second.refresh_from_db()
    ended(second)
    before = state()
    empty_the_state()
    replay()
    assert not list(differences(before, state()))


def test_a_delegate_breaks_silence_on_the_page(union: Union, client: Client) -> None:
    current = silence(union, now=timezone.now())
    client.force_login(union.people["KEN"], backend=BACKEND)
    page = client.get(f"{PATH}/{current.id}").content.decode()
    assert "On the clock of Kenya" in page
    part = current.parts.get(rank=1)
    assert f'value="{part.id}" selected' in client.get(f"{PATH}/{current.id}/break?part={part.id}").content.decode()
    given = {"party": union.parties["KEN"], "part": part.id, "language": "en", "reason": "It costs too much."}
    assert client.post(f"{PATH}/{current.id}/break", given).status_code == 302
    row = current.breaks.get()
    assert (row.part_id, str(row.reason), row.party_id) == (part.id, "It costs too much.", union.parties["KEN"])
    assert client.post(f"{PATH}/{current.id}/breaks/{row.id}/withdraw", {}).status_code == 302
    assert client.post(f"{PATH}/{current.id}/receipt", {"party": union.parties["KEN"]}).status_code == 302
    assert "Your delegation has confirmed receipt." in client.get(f"{PATH}/{current.id}").content.decode()


def test_what_a_delegation_objects_to_is_always_chosen_and_may_be_the_whole(union: Union, client: Client) -> None:
    current = silence(union, now=timezone.now())
    client.force_login(union.people["KEN"], backend=BACKEND)
    path = f"{PATH}/{current.id}/break"
    page = client.get(path).content.decode()
    chosen = page.partition('name="part"')[2].partition("</select>")[0]
    assert '<option value="whole" selected>the whole text' in chosen
    assert "(may stay empty)" not in page.partition("What you object to")[2].partition('name="part"')[0]
    given = {"party": union.parties["KEN"], "part": "", "language": "en", "reason": "It costs too much."}
    assert client.post(path, given).status_code == 422
    assert client.post(path, {**given, "part": "whole"}).status_code == 302
    assert current.breaks.get().part_id is None


def test_whoever_is_waited_for_is_told_the_hour_at_which_silence_ends(union: Union, client: Client) -> None:
    current = silence(union, now=timezone.now())
    client.force_login(union.people["KEN"], backend=BACKEND)
    waiting = client.get("/en/").content.decode().partition("What waits for you")[2].partition("</ul>")[0]
    assert f"{current.deadline:%H:%M} UTC" in waiting


def test_the_secretariat_lays_a_text_under_silence_on_the_page(union: Union, client: Client) -> None:
    client.force_login(union.secretary, backend=BACKEND)
    given = {
        "body": union.body.id,
        "language": "en",
        "title": "Fees",
        "parts": "# para 1 | Amount\nFees are paid yearly.\n\n# para 2\nThey are equal.",
        "rule": "silence",
        "audience": "members",
        "naming": "after",
        "then": "vote",
        "then_rule": "important",
    }
    answer = client.post(f"{PATH}/new", given)
    made = Silence.objects.get()
    assert answer.headers["Location"] == f"{PATH}/{made.id}"
    assert made.audience == "members"
    told = [(part.reference, part.label, str(part.text)) for part in made.parts.order_by("rank")]
    assert told == [("para 1", "Amount", "Fees are paid yearly."), ("para 2", "", "They are equal.")]
    assert client.post(f"{PATH}/{made.id}/extend", {"number": 24, "unit": "hours", "reason": "More"}).status_code == 302
    assert client.post(f"{PATH}/{made.id}/withdraw", {"reason": "Overtaken"}).status_code == 302


@pytest.mark.parametrize("language", ["en", "ar", "zh", "fr", "es", "ru"])
def test_pages_are_there_in_every_language(union: Union, client: Client, language: str) -> None:
    current = silence(union)
    broken_on(union, current, "KEN", 1)
    for address in ("", f"/{current.id}"):
        assert client.get(f"/{language}/decisions/silence{address}").status_code == 200
    ended(current)
    assert client.get(f"/{language}/decisions/silence/{current.id}").status_code == 200


def test_the_page_of_the_office_leads_to_what_is_under_silence_and_to_elections(union: Union, client: Client) -> None:
    page = client.get("/en/decisions/").content.decode()
    assert "No text is under silence." in page
    assert "No election was called." in page
    current = silence(union)
    assert f"/en/decisions/silence/{current.id}" in client.get("/en/decisions/").content.decode()
    assert f"/en/decisions/silence/{current.id}" in client.get("/en/").content.decode()
    client.force_login(union.secretary, backend=BACKEND)
    assert "/en/decisions/silence/new" in client.get("/en/decisions/").content.decode()
    assert "/en/decisions/elections/new" in client.get("/en/decisions/").content.decode()


@pytest.mark.parametrize("language", ["ar", "en", "es", "fr", "ru", "zh"])
def test_a_timeline_names_what_is_under_silence_once_in_every_language(union: Union, language: str) -> None:
    given = Text.of("Reporting", "en", ar="الإبلاغ", es="Informes", fr="Rapports", ru="Отчётность", zh="报告")
    made = actions.open_silence(
        by=union.by(), body=union.body.id, title=given, parts=parts(*PARAGRAPHS), then_rule="ordinary"
    )
    hidden = actions.open_silence(
        by=union.by(),
        body=union.body.id,
        title=given,
        parts=parts(*PARAGRAPHS),
        then_rule="ordinary",
        audience="members",
    )
    with translation.override(language):
        told, titled = (
            [sentence(one) for one in timeline(union.by().reader, about=about.ref)] for about in (made, hidden)
        )
        assert [one.count(str(given)) for one in (*told, *titled)] == [1, 1]
        assert f"/decisions/silence/{made.id}" in told[0]
        assert 'class="also"' not in told[0]


def test_a_title_that_is_translated_later_is_not_added_to_the_sentence(union: Union) -> None:
    made = silence(union)
    Silence.objects.filter(id=made.id).update(title=Text.of("Reporting", "en", fr="Rapports"))
    with translation.override("fr"):
        [told] = (sentence(one) for one in timeline(union.by().reader, about=made.ref))
    assert (told.count("Rapports"), told.count("Reporting")) == (1, 0)
