"""The demonstration's text under silence: runs on a faster clock, is broken on one paragraph, goes to a vote by the example charter."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from tests.office.decisions.union import NOW, build

from comity.groundwork.acts import system_actor
from comity.office.decisions import actions, demonstration_silence
from comity.office.decisions.models.question import Question


def test_it_runs_down_is_broken_on_one_paragraph_and_goes_to_a_vote(db: None, client: Client) -> None:
    union = build(demonstration=True)
    heads = [(union.parties[key], union.people[key]) for key in union.parties]
    current = demonstration_silence.build(union.by(), union.body, heads)
    assert current.deadline - NOW == timedelta(seconds=3 * demonstration_silence.DAY_SECONDS)
    page = client.get(f"/en/decisions/silence/{current.id}").content.decode()
    assert "Faster clock." in page
    assert "A member broke silence." in page  # who, once it has ended
    actions.end_silences(by=system_actor(current.deadline + timedelta(seconds=3)))
    current.refresh_from_db()
    assert current.stage == "broken"
    put = Question.objects.get(source=str(current.ref))
    assert [part.reference for part in put.parts.all()] == ["2"]
    vote = actions.open_vote(by=union.by(), question=put.id, closes_at=current.deadline + timedelta(days=1))
    for key, choice in zip(union.people, ("no", "yes", "yes", "yes", "yes", "abstain", "yes"), strict=True):
        actions.cast(by=union.by(key), vote=vote.id, party=union.parties[key], choice=choice)
    actions.close_vote(by=union.by(), vote=vote.id)
    put.refresh_from_db()
    assert (put.stage, put.verdict) == ("decided", "adopted")
    page = client.get(f"/en/decisions/silence/{current.id}").content.decode()
    assert "Kenya" in page.split('id="parts"')[1].split('id="how"')[0]
    assert "What was broken was put to the vote" in page
