"""Every act under attack: hostile arguments are refused or taken whole, never half; and nobody does what their role does not let them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from tests.site.hostile import attacks
from tests.site.plausible import ONLY_THE_SYSTEM, PLAUSIBLE, doer
from tests.site.stage import PLACES, Stage, undone, without_state

from comity.groundwork import log
from comity.groundwork.acts import ACTS
from comity.groundwork.models import LogHead
from comity.groundwork.perform import arguments_of, perform
from comity.groundwork.refs import Ref
from comity.groundwork.refusals import Refused
from comity.groundwork.replay import differences, replay, state, state_digest
from comity.groundwork.roles import ROLES
from comity.office.charter.models import Organisation

pytestmark = pytest.mark.django_db


def log_size() -> int:
    return LogHead.objects.get(id=1).size


def told(arguments: dict[str, Any], plausible: dict[str, Any]) -> str:
    """What was changed, short enough to be read."""
    changed = {key: repr(value)[:120] for key, value in arguments.items() if plausible.get(key, "–") != value}
    return str(changed or "something left out")


def _fault(refused: Refused, size: int) -> str:
    """What is wrong with a refusal."""
    if log_size() != size:
        return "and recorded something"
    return "" if 0 < len(str(refused)) <= 1000 else f"in {len(str(refused))} letters"


# --- hostile arguments ---


def test_every_act_has_plausible_arguments() -> None:
    assert set(PLAUSIBLE) == set(ACTS)


@pytest.mark.parametrize("name", sorted(ACTS))
def test_plausible_arguments_are_taken(name: str, stage: Stage) -> None:
    assert set(PLAUSIBLE[name](stage)) == set(arguments_of(name).model_fields)
    if name == "charter.found":
        Organisation.objects.all()._raw_delete("default")
    perform(name, stage.actor(doer(name)), PLAUSIBLE[name](stage))


def attacked(name: str, plausible: dict[str, Any], stage: Stage, every: int) -> list[dict[str, Any]]:
    """The attacks on an act; every: each so-many-th of them, others for each act."""
    others = sorted({*stage.things.values(), *(person.id for person in stage.people.values())})[:3]
    return attacks(arguments_of(name), plausible, others)[sorted(ACTS).index(name) % every :: every]


def attack(name: str, stage: Stage, every: int) -> None:
    """Try every attack, each on the organisation as it was; then all that were taken, one after another, and replay the log."""
    if name == "charter.found":
        Organisation.objects.all()._raw_delete("default")
    plausible, before, size = PLAUSIBLE[name](stage), state_digest(), log_size()
    taken = []
    for arguments in attacked(name, plausible, stage, every):
        with undone():
            try:
                perform(name, stage.actor(doer(name)), arguments)
                taken.append(arguments)
            except Refused as refused:
                fault = _fault(refused, size)
                if fault:
                    pytest.fail(f"{name} refuses {told(arguments, plausible)} {fault}")
            except Exception as error:
                raise AssertionError(f"{name} breaks on {told(arguments, plausible)}: {error!r:.300}") from error
    assert state_digest() == before
    for number, arguments in enumerate(taken):
        digest = state_digest() if number in {1, 2} else ""
        try:
            perform(name, stage.actor(doer(name)), arguments)
        except Refused:
            # What was done once cannot always be done twice; then nothing is changed.
            assert not digest or state_digest() == digest
    # The whole log takes long to replay: in a short run, after some of the acts.
    if name != "charter.found" and log_size() > size and sorted(ACTS).index(name) % min(every, 3) == 0:
        after = state()
        with without_state():
            replay()
            assert list(differences(after, state())) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ACTS))
def test_hostile_arguments_are_refused_or_taken_whole(name: str, stage: Stage) -> None:
    attack(name, stage, every=17)


@pytest.mark.soak
@pytest.mark.parametrize("name", sorted(ACTS))
def test_all_hostile_arguments_are_refused_or_taken_whole(name: str, stage: Stage) -> None:
    attack(name, stage, every=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(ACTS) - ONLY_THE_SYSTEM))
def test_the_api_answers_hostile_arguments_in_words(name: str, stage: Stage) -> None:
    """As above, through JSON, where the same values are read by another way."""
    if name == "charter.found":
        Organisation.objects.all()._raw_delete("default")
    headers = {"Authorization": f"Bearer {stage.keys[doer(name)]}"}
    client, plausible, size = Client(), PLAUSIBLE[name](stage), log_size()
    for arguments in attacked(name, plausible, stage, every=29):
        with undone():
            try:
                body = json.dumps(arguments)
            except RecursionError:
                continue  # nested more deeply than Python writes; `perform` is given the same values above
            answer = client.post(f"/api/v1/acts/{name}", body, content_type="application/json", headers=headers)
            assert answer.status_code in {200, 400, 403, 404, 409, 422}, told(arguments, plausible)
            if answer.status_code != 200:
                assert log_size() == size
                assert set(answer.json()) >= {"detail", "field"}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b"\xff", b"null", b'"x"', b"1" * 10_000, b'{"a":1,"a":2}', b"[]"]
)
def test_a_body_that_is_no_object_is_refused(body: bytes, stage: Stage) -> None:
    headers = {"Authorization": f"Bearer {stage.keys['secretary']}"}
    answer = Client().post(
        "/api/v1/acts/charter.withdraw_tenet", body, content_type="application/json", headers=headers
    )
    assert answer.status_code in {400, 422}
    assert answer.json()["detail"]


# --- roles ---

BY_ANYBODY = {"groundwork.register_person", "consultations.propose", "consultations.withdraw"}
BY_ANY_PERSON = {
    "groundwork.change_person",
    "groundwork.erase_person",
    "groundwork.make_token",
    "groundwork.revoke_token",
}
"""Each of these looks into who it is for, beyond the table; the tests of the groundwork hold that."""
WHOEVER = ["visitor", "nobody", *ROLES, "other_head", "system"]


class _Reached(Refused):
    """The check of capacity let somebody through."""


@pytest.fixture
def stopped_behind_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Acts go as far as the check of who may do them, and no further."""

    def reached(_capacity: str, _facts: Any) -> Any:
        raise _Reached("reached")

    monkeypatch.setattr(log, "acting", reached)


def may(name: str, who: str, stage: Stage, arguments: dict[str, Any]) -> bool:
    """What the table of roles and acts says."""
    actor = stage.actor(who)
    for role in ACTS[name].may:
        if role.name in {"anybody", "system" if actor.system else ""} or (role.name == "person" and actor.person_id):
            return True
        at = str(Ref(role.held_at or "", str(arguments[role.at]))) if role.at else None
        if any(held == role.name and (at is None or where == at) for held, where in actor.grants):
            return True
    return False


@pytest.mark.parametrize("name", sorted(ACTS))
@pytest.mark.usefixtures("stopped_behind_the_check")
def test_whoever_the_table_names_may_act_and_nobody_else(name: str, stage: Stage) -> None:
    arguments = PLAUSIBLE[name](stage)
    for who in WHOEVER:
        with pytest.raises(Refused) as refused:
            perform(name, stage.actor(who), arguments)
        reached = isinstance(refused.value, _Reached)
        assert reached == may(name, who, stage, arguments), f"{who}: {refused.value}"


KEYS = [who for who in WHOEVER if who != "system"]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        *((name, tuple(KEYS[number % 4 :: 4])) for number, name in enumerate(sorted(ACTS))),
        *(pytest.param(name, tuple(KEYS), marks=pytest.mark.soak) for name in sorted(ACTS)),
    ],
    ids=str,
)
@pytest.mark.usefixtures("stopped_behind_the_check")
def test_the_api_lets_each_key_do_what_its_owner_may(name: str, keys: tuple[str, ...], stage: Stage) -> None:
    """Each act with some of the keys, the next with others; with all of them in a long run."""
    arguments = PLAUSIBLE[name](stage)
    for who in keys:
        headers = {"Authorization": f"Bearer {stage.keys[who]}"} if who != "visitor" else {}
        answer = Client().post(
            f"/api/v1/acts/{name}", json.dumps(arguments), content_type="application/json", headers=headers
        )
        if who == "visitor":
            assert answer.status_code == 401
        elif may(name, who, stage, arguments):
            assert (answer.status_code, answer.json()["detail"]) == (422, "reached"), who
        else:
            assert answer.status_code == 403, who


def test_only_these_acts_are_open_to_whoever_comes() -> None:
    names = {
        role: {name for name, act in ACTS.items() if any(one.name == role for one in act.may)}
        for role in ("anybody", "person")
    }
    assert names == {"anybody": BY_ANYBODY, "person": BY_ANY_PERSON}


def test_a_role_at_one_thing_counts_there_only(stage: Stage) -> None:
    """Wherever an act is open to a role that is held at one thing, its holder elsewhere may not do it."""
    held = {role.name for act in ACTS.values() for role in act.may if role.at}
    assert held == {
        *("body_secretary", "chair", "delegate", "facilitator", "focal_point", "head_of_delegation", "moderator"),
        *("presiding", "vice_chair"),
    }
    for name, act in ACTS.items():
        for role in act.may:
            if role.at:
                arguments, place = PLAUSIBLE[name](stage), stage[PLACES[role.held_at or ""]]
                assert may(name, role.name, stage, {**arguments, role.at: place})
                assert not may(name, role.name, stage, {**arguments, role.at: like_it(place)})
                assert not may(name, "other_head", stage, {**arguments, role.at: place})


def like_it(key: str) -> str:
    """An id that nothing has."""
    return key[:-6] + "ZZZZZZ"
