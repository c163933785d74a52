"""Pages of the rules, without scripts: reading, comparing, writing with a preview, adopting by a vote, trying a rule."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from tests.office.charter.conftest import MEMBERS, House, charter

from comity.office.charter import actions, queries
from comity.office.charter.models import CharterVersion
from comity.office.charter.telling import left_to_people
from comity.rules import load

LIVE = {"HX-Request": "true"}
"""What the page sends as one types."""


@pytest.fixture
def keeper(members: House) -> Client:
    """The secretary, signed in."""
    client = Client()
    client.force_login(members.person)
    return client


def read(client: Client, address: str, *, status: int = 200, **asked: str) -> str:
    """What stands on a page, without its tags."""
    response = client.get(f"/en/charter/{address}", asked)
    assert response.status_code == status
    return plain(response.content.decode())


def plain(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)))


def test_anybody_reads_the_rules_with_article_and_certainty(members: House) -> None:
    said = read(Client(), "rules")
    assert "Adopted with — Yes: more than 1/2 of yes and no votes cast." in said
    assert "To decide there must be — Present: more than 1/2 of members entitled to vote" in said
    assert "Article 20 · wording read in the text, practice" in said
    assert "Without a vote: Members in arrears" in said
    assert "Propose a charter" not in said


def test_the_rules_of_another_day_are_those_that_held_then(members: House) -> None:
    assert "No charter held on this day." in read(Client(), "rules", on="2020-01-01")
    assert "Ordinary decisions" in read(Client(), "rules", on="nonsense")


def test_rules_are_told_in_the_readers_language(members: House) -> None:
    html = Client().get("/fr/charter/rules").content.decode()
    assert "Règles de l’Union" in html
    assert "suffrages exprimés" in html


def test_without_a_charter_the_page_says_how_one_gets_there(house: House) -> None:
    assert "No charter is in force yet." in read(Client(), "rules")
    assert "choose one of another body" in read(Client(), "rules/decide")


def test_a_version_gives_its_text_and_what_differs(keeper: Client, members: House) -> None:
    first = queries.charter_in_force()
    assert first is not None
    second = actions.adopt_charter(by=members.by, draft=members.draft(charter("yes > no")).id, vote=members.passed())
    said = read(keeper, f"rules/versions/{second.id}")
    assert "Adopted. Rule: Amendment (Article 20; " in said
    assert "Norway Yes" in said
    assert "Tunisia No" in said
    assert second.digest in said
    response = keeper.get(f"/en/charter/rules/versions/{second.id}/text")
    assert response.content.decode() == second.text
    assert response["Content-Disposition"] == 'attachment; filename="charter-2.toml"'
    differs = read(keeper, f"rules/versions/{first.version}/against/{second.id}")
    assert "Before Adopted with — Yes: more than 1/2 of yes and no votes cast" in differs
    assert '+ passes = "yes > no"' in differs
    assert "founding charter" in read(keeper, f"rules/versions/{first.version}")


def test_the_catalogue_can_be_read_downloaded_and_begun_from(keeper: Client, members: House) -> None:
    assert "Security Council" in read(keeper, "rules/catalogue")
    said = read(keeper, "rules/catalogue/un-sc")
    assert "Holds until 1965-12-31" in said
    assert b'id = "un-sc"' in keeper.get("/en/charter/rules/catalogue/un-sc/text").content
    assert read(keeper, "rules/catalogue/nowhere", status=404)
    assert 'id = "un-sc"' in read(keeper, "rules/drafts/new?from=un-sc")


def test_the_editor_shows_where_a_text_is_no_charter(keeper: Client, members: House) -> None:
    given = {"text": charter(ordinary="yes > 1/2"), "preview": "1"}
    response = keeper.post("/en/charter/rules/drafts/new", given)
    assert response.status_code == 200
    said = plain(response.content.decode())
    assert "Line 19 Clause rule ordinary, passes" in said
    assert "Mend Write `1/2 of`" in said
    refused = keeper.post("/en/charter/rules/drafts/new", {"text": charter(ordinary="yes > 1/2")})
    assert refused.status_code == 422
    assert CharterVersion.objects.count() == 1


def test_the_preview_tells_what_would_change_for_whom(keeper: Client, members: House) -> None:
    text = charter(ordinary="yes >= 1/2 of all and no veto by first").replace(
        "[groups]", '[groups]\nfirst = { title = "First", members = ["KEN"] }'
    )
    response = keeper.post("/en/charter/rules/drafts/new", {"text": text}, headers=LIVE)
    assert response.status_code == 200
    said = plain(response.content.decode())
    assert "For the 5 members of today." in said
    assert "Kenya" in said.partition("What would change")[0]
    assert "Ordinary decisions Before Adopted with — Yes: more than 1/2" in said
    assert "Brazil, China, Norway, Tunisia (each) 20 " in said
    assert re.search(r"Kenya 20 (?!20)\d", said)
    assert "African Group (together) 40 " in said


def test_a_charter_that_cannot_be_changed_or_pass_is_remarked_on(keeper: Client, members: House) -> None:
    text = charter(ordinary="yes >= 9").replace('amended_by = "amendment"\n', "")
    said = plain(keeper.post("/en/charter/rules/drafts/new", {"text": text}, headers=LIVE).content.decode())
    assert "ordinary: can never pass" in said
    assert "cannot be amended" in said


def test_a_charter_goes_from_the_editor_to_its_adoption_by_pages_alone(keeper: Client, members: House) -> None:
    sent = keeper.post(
        "/en/charter/rules/drafts/new", {"text": charter("yes > no").replace("\n", "\r\n"), "note": "simpler"}
    )
    draft = queries.drafts()[0]
    assert sent.status_code == 302
    assert draft.text == charter("yes > no")
    assert "simpler" in read(keeper, f"rules/versions/{draft.id}")
    votes = {f"v.{code}": "yes" for code in ("BRA", "CHN", "KEN")}
    day = members.today.isoformat()
    lost = keeper.post(
        f"/en/charter/rules/drafts/{draft.id}/adopt", {**votes, "digest": draft.digest, "in_force_from": day}
    )
    assert lost.status_code == 422
    assert "It was not adopted. Not adopted. Rule: Amendment" in plain(lost.content.decode())
    assert 'name="v.KEN" value="yes" checked' in lost.content.decode()
    votes["v.NOR"] = "yes"
    won = keeper.post(
        f"/en/charter/rules/drafts/{draft.id}/adopt", {**votes, "digest": draft.digest, "in_force_from": day}
    )
    assert won.status_code == 302
    assert queries.charter_in_force().version == draft.id  # type: ignore[union-attr]


def test_the_vote_on_a_charter_can_be_pasted(keeper: Client, members: House) -> None:
    draft = members.draft(charter("yes > no"))
    given = {
        "digest": draft.digest,
        "in_force_from": members.today.isoformat(),
        "table": "member,choice\nA,yes\nB,maybe",
    }
    refused = keeper.post(f"/en/charter/rules/drafts/{draft.id}/adopt", given)
    assert refused.status_code == 422
    assert "line 3" in plain(refused.content.decode())
    strangers = keeper.post(
        f"/en/charter/rules/drafts/{draft.id}/adopt", {**given, "table": "member,choice\nKEN,yes\nTUN,yes\nPEN,yes"}
    )
    assert strangers.status_code == 422
    said = plain(strangers.content.decode())
    assert "Left out: Brazil, China, Norway. Given a vote, and without one by the register: PEN." in said
    votes = "".join(f"{code},yes\n" for code in MEMBERS)
    won = keeper.post(f"/en/charter/rules/drafts/{draft.id}/adopt", {**given, "table": f"member,choice\n{votes}"})
    assert won.status_code == 302


def test_the_founding_charter_is_laid_down_by_a_page(house: House) -> None:
    client = Client()
    client.force_login(house.person)
    draft = house.draft(charter())
    given = {"digest": draft.digest, "in_force_from": "2026-01-01", "reason": "founding"}
    assert client.post(f"/en/charter/rules/drafts/{draft.id}/adopt", given).status_code == 302
    assert queries.charter_in_force() is not None


def test_a_draft_can_be_changed_and_withdrawn_by_pages(keeper: Client, members: House) -> None:
    draft = members.draft(charter("yes > no"))
    changed = keeper.post(f"/en/charter/rules/drafts/{draft.id}/change", {"text": charter("yes >= no"), "note": ""})
    assert changed.status_code == 302
    assert keeper.post(f"/en/charter/rules/drafts/{draft.id}/withdraw", {"reason": "moot"}).status_code == 302
    assert "proposed and withdrawn" in read(keeper, f"rules/versions/{draft.id}")
    assert read(keeper, f"rules/drafts/{draft.id}/change", status=404)


def test_the_editor_is_for_the_keeper_alone(members: House) -> None:
    for address in ("rules/drafts/new", f"rules/drafts/{members.draft(charter()).id}/adopt"):
        assert Client().get(f"/en/charter/{address}").status_code == 403
    assert Client().post("/en/charter/rules/drafts/new", {"text": charter()}, headers=LIVE).status_code == 403


def test_programs_read_the_rules_and_every_version(members: House) -> None:
    client = Client()
    now = client.get("/api/v1/charter/rules").json()
    assert [one["id"] for one in now["rules"]] == ["ordinary", "amendment", "accord"]
    assert now["rules"][1]["certainty"] == ["text", "practice"]
    assert client.get("/api/v1/charter/rules?on=2020-01-01").status_code == 404
    actions.adopt_charter(by=members.by, draft=members.draft(charter("yes > no")).id, vote=members.passed())
    newest, first = client.get("/api/v1/charter/rules/versions").json()
    assert (newest["number"], first["number"]) == (2, 1)
    assert newest["outcome"]["verdict"] == "adopted"
    assert client.get(f"/api/v1/charter/rules/versions/{first['id']}").json() == first


# --- trying a rule ---


def test_a_rule_can_be_tried_with_the_members_and_without_scripts(members: House) -> None:
    said = read(Client(), "rules/decide", rule="amendment", **{"v.KEN": "yes", "v.BRA": "yes", "v.CHN": "yes"})
    assert "Not adopted Not adopted. Rule: Amendment (Article 20; " in said
    assert "Yes: 3 of 5 (all members); needed: at least 2/3, that is at least 4 — not met." in said
    assert "Fewest further members who must move: 1 (for example: Norway)" in said


def test_with_scripts_only_the_outcome_is_sent(members: House) -> None:
    response = Client().get("/en/charter/rules/decide", {"rule": "ordinary", "v.KEN": "yes"}, headers=LIVE)
    html = response.content.decode()
    assert "<html" not in html
    assert '<div id="the-rule" hx-swap-oob="true">' in html
    assert "No decision: there is no quorum" in html


def test_a_rule_of_another_body_can_be_tried_with_a_pasted_table(members: House) -> None:
    table = "member,choice,permanent\nA,yes,x\nB,no,x\n" + "".join(f"C{n},yes,\n" for n in range(13))
    said = read(Client(), "rules/decide", charter="un-sc", rule="substantive", table=table)
    assert "Not adopted" in said
    assert "(B)" in said
    bad = read(Client(), "rules/decide", charter="un-sc", rule="substantive", table="member,choice\nA,maybe")
    assert "line 2, column choice: 'maybe' is no choice." in bad


def test_what_is_wrong_with_a_pasted_table_is_said_in_the_readers_language(members: House) -> None:
    asked = {"charter": "un-sc", "rule": "substantive", "table": "member,choice\nA,maybe\nA,yes"}
    page = Client().get("/zh/charter/rules/decide", asked).content.decode()
    assert "第2行，choice列：&#x27;maybe&#x27;不是选项。请写下列之一：yes, no" in page
    assert "第3行，member列：A出现两次。请保留其中一行。" in page


def test_what_the_engine_refuses_is_said_in_the_readers_language(members: House) -> None:
    asked = {"charter": "un-sc", "rule": "substantive", "table": "member,choice,casts_for\nA,yes,B"}
    response = Client().get("/zh/charter/rules/decide", asked)
    assert response.status_code == 200
    assert "A代B投票，但后者不是另一成员。" in response.content.decode()


def test_of_a_charter_that_there_is_not_the_page_does_not_say_that_none_is_in_force(members: House) -> None:
    said = read(Client(), "rules/decide", charter="no-such")
    assert "There is no such version of the charter." in said
    assert "No charter is in force" not in said


def test_what_people_find_is_asked_for(members: House) -> None:
    asked = {"charter": "example-waico", "rule": "question", "table": "member,choice\nA,yes\nB,yes\nC,no\nD,no"}
    open_ = read(Client(), "rules/decide", **asked)
    assert "Nobody has found yet whether" in open_
    field = f"f.{sorted(left_to_people(load('example-waico'))).index('important question')}"
    assert "Not adopted Not adopted. Rule: " in read(Client(), "rules/decide", **asked, **{field: "yes"})


def test_only_what_the_chosen_rule_leaves_to_people_is_asked_for_under_the_same_name_by_every_rule(
    members: House,
) -> None:
    field = f"f.{sorted(left_to_people(load('example-waico'))).index('important question')}"
    asked = {"charter": "example-waico", "table": "member,choice\nA,yes\nB,yes\nC,no\nD,no", field: "yes"}
    page = Client().get("/en/charter/rules/decide", {**asked, "rule": "question"}).content.decode()
    assert f'name="{field}" value="yes" checked' in page
    other = Client().get("/en/charter/rules/decide", {**asked, "rule": "ordinary"}).content.decode()
    assert 'name="f.' not in other
    # With scripts the fields follow the rule that is chosen.
    live = Client().get("/en/charter/rules/decide", {**asked, "rule": "question"}, headers=LIVE).content.decode()
    assert f'name="{field}"' in live.partition('id="the-rule"')[2]


@pytest.mark.parametrize(
    "asked",
    [
        {"charter": "nowhere"},
        {"charter": "treaties"},
        {"rule": "nowhere"},
        {"v.KEN": "<b>"},
        {"table": "x" * 7000},
        {"table": "member,choice\n" + "".join(f"M{n},yes\n" for n in range(400))},
        {"table": "member\nA"},
        {"f.0": "perhaps"},
    ],
)
def test_whatever_is_asked_for_is_answered(members: House, asked: dict[str, str]) -> None:
    assert read(Client(), "rules/decide", **asked)
