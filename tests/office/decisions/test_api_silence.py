"""The API of silence, secret ballots and elections shows what the pages show, and no more."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.office.decisions.union import STATES, Union, build, parts, silence

from comity.groundwork.translated import Text
from comity.office.decisions import actions


@pytest.fixture
def union(db: None) -> Union:
    return build()


def test_what_a_policy_withholds_is_not_in_the_api(union: Union, client: Client) -> None:
    current = silence(union)
    actions.break_silence(
        by=union.by("KEN"),
        silence=current.id,
        party=union.parties["KEN"],
        part=current.parts.get(rank=1).id,
        reason=Text.of("It costs too much."),
        wording=Text.of("Reports are short."),
    )
    answer = client.get(f"/api/v1/decisions/silence/{current.id}")
    told = answer.json()
    assert [len(part["breaks"]) for part in told["parts"]] == [0, 1, 0]
    broken = told["parts"][1]["breaks"][0]
    assert (broken["party"], broken["reason"]) == (None, None)
    assert "It costs too much." not in answer.content.decode()
    assert "Reports are short." in answer.content.decode()
    assert {one["member"] for one in told["reckonings"]} == set(STATES)
    assert client.get("/api/v1/decisions/silence").json()["total"] == 1


def test_a_secret_ballot_that_runs_tells_how_many_papers_are_in_and_nothing_of_them(
    union: Union, client: Client
) -> None:
    question = actions.put_to_vote(
        by=union.by(), body=union.body.id, title=Text.of("It"), rule="ordinary", parts=parts("It moves.")
    )
    current = actions.open_secret(by=union.by(), question=question.id)
    for key in STATES:
        actions.cast_secret(by=union.by(key), secret=current.id, party=union.parties[key], marked=["no"])
    told = client.get(f"/api/v1/decisions/secret/{current.id}").json()
    assert (told["papers"], told["totals"], told["voted"], told["verdict"]) == (7, None, [], "")
    actions.count_secret(by=union.by(), secret=current.id)
    told = client.get(f"/api/v1/decisions/secret/{current.id}").json()
    assert (told["totals"]["no"], told["voted"], told["verdict"]) == (7, sorted(STATES), "not-adopted")
