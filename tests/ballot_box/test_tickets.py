"""Tickets: whose answer it is, told without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.ballot_box import Refusal, new_participant, tickets

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
KEY = tickets.key("a secret")


@given(st.integers(0, 2**63 - 1))
def test_a_ticket_names_its_participant(participant: int) -> None:
    assert tickets.read(KEY, "C1", tickets.issue(KEY, "C1", participant, LATER), NOW) == participant


def test_a_ticket_counts_until_it_expires() -> None:
    ticket = tickets.issue(KEY, "C1", 5, LATER)
    assert tickets.read(KEY, "C1", ticket, LATER - timedelta(seconds=1)) == 5
    with pytest.raises(tickets.BadTicket) as bad:
        tickets.read(KEY, "C1", ticket, LATER)
    assert bad.value.refusal is Refusal.EXPIRED


@pytest.mark.parametrize(("key", "consultation"), [(KEY, "C2"), (tickets.key("another"), "C1")])
def test_a_ticket_of_another_consultation_or_installation_is_none(key: bytes, consultation: str) -> None:
    ticket = tickets.issue(KEY, "C1", 5, LATER)
    with pytest.raises(tickets.BadTicket) as bad:
        tickets.read(key, consultation, ticket, NOW)
    assert bad.value.refusal is Refusal.TICKET


@given(st.integers(0, 39), st.characters())
def test_no_letter_of_a_ticket_can_be_another(place: int, letter: str) -> None:
    ticket = tickets.issue(KEY, "C1", 5, LATER)
    changed = ticket[:place] + letter + ticket[place + 1 :]
    if changed != ticket:
        with pytest.raises(tickets.BadTicket):
            tickets.read(KEY, "C1", changed, NOW)


@given(st.text(max_size=80))
def test_anything_else_is_no_ticket(text: str) -> None:
    with pytest.raises(tickets.BadTicket):
        tickets.read(KEY, "C1", text, NOW)


def test_participants_are_drawn_anew_each_time() -> None:
    drawn = {new_participant() for _ in range(1000)}
    assert len(drawn) == 1000
    assert all(0 < participant < 2**63 for participant in drawn)
