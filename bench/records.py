"""The record in a database: a proof, and the pages of the timeline, over a million events on SQLite.

An installation with 200 bodies and its log is written in bulk, as the acts would have left it; one event in ten is for members, and
things and people are not used evenly. Then proofs and pages are asked for as a visitor and as the secretariat would, through the
whole of Django; the time is the server's, without a network. Shown are the median and the 95th percentile.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

BATCH = 5000
ROUNDS = 60
START = datetime(2020, 1, 1, tzinfo=UTC)
PROOF_MS, PAGE_MS = 5.0, 50.0


def fill(count: int) -> dict[str, Any]:
    """Write an installation with a log of so many events; ids to ask for."""
    from comity import ledger
    from comity.groundwork import log
    from comity.groundwork.actions import grant_role, register_person
    from comity.groundwork.acts import actor_for, system_actor
    from comity.groundwork.facts import to_parts
    from comity.groundwork.ids import new_id
    from comity.groundwork.models import Event, EventAbout, EventPart, LogHead, TreeHash
    from comity.groundwork.translated import Text
    from comity.ledger.event import SALT_BYTES
    from comity.office.charter.actions import establish_body, found
    from comity.office.charter.events import BodyChanged, SettingChanged

    random = Random(1)
    system = system_actor(START)
    organisation = found(by=system, name=Text.of("Bench Union"), short_name="BU")
    people = [register_person(by=system, name=f"Person {n}", email=f"p{n}@example.org") for n in range(20)]
    grant_role(by=system, person=people[0].id, role="secretary")
    by = actor_for(people[0], START)
    bodies = [establish_body(by=by, name=Text.of(f"Body {n}"), established_on=date(2020, 1, 1)) for n in range(200)]
    head = LogHead.objects.get()
    size, edge = head.size, head.edge
    while size < count:
        events: list[Event] = []
        parts: list[EventPart] = []
        about: list[EventAbout] = []
        hashes: list[TreeHash] = []
        for _ in range(min(BATCH, count - size)):
            now = START + timedelta(seconds=60 * size)
            body = bodies[min(int(random.expovariate(0.05)), 199)].id
            empty: Any = dict.fromkeys(("parent", "name", "abbreviation", "mandate", "rank"))
            stated: Any = BodyChanged(body=body, **{**empty, "rank": size % 100})
            if size % 50 == 0:
                stated = SettingChanged(organisation=organisation.id, key="naming", value={}, reason=f"{size}")
            restricted = size % 10 == 0
            actor = people[min(int(random.expovariate(0.5)), 19)].id
            act = ledger.Act(
                type=stated.TYPE,
                actor=f"groundwork.person:{actor}",
                about=tuple(map(str, stated.about())),
                data={"capacity": "secretary", "says": to_parts(stated)[0]},
            )
            cover = ledger.Seal(random.randbytes(SALT_BYTES), "members") if restricted else None
            entered = ledger.seal(ledger.Event(id=new_id(now), time=now, act=act, cover=cover))
            place = log.Recorded(size, ledger.read_leaf(entered.leaf).id, now, actor, "secretary")
            event, its_parts, its_about = log.rows_of(place, stated, entered)
            event.audience = "members" if restricted else "public"
            events.append(event)
            parts += its_parts
            about += its_about
            hashes += log.new_hashes(size, edge, ledger.leaf_hash(entered.leaf))
            size += 1
        for rows in (events, parts, about, hashes):
            made: Any = rows
            type(made[0])._default_manager.bulk_create(made)
    LogHead.objects.update(size=size, edge=edge)
    return {
        "body": bodies[150].id,
        "busy": bodies[0].id,
        "person": people[15].id,
        "secretary": people[0],
        "organisation": organisation.id,
    }


def milliseconds(ask: Callable[[int], Any]) -> tuple[float, float]:
    """Median and 95th percentile over the rounds, after one to warm up."""
    ask(0)
    took = []
    for round_ in range(ROUNDS):
        begun = time.perf_counter()
        ask(round_)
        took.append(1000 * (time.perf_counter() - begun))
    return median(took), quantiles(took, n=20)[-1]


def measure(ids: dict[str, Any], size: int) -> list[tuple[str, float, float, float]]:
    """What was asked for, median, 95th percentile, and the most that it may be, in milliseconds."""
    from django.test import Client

    from comity.groundwork.acts import system_actor
    from comity.office.records import proofs
    from comity.office.records.actions import publish_checkpoint

    publish_checkpoint(by=system_actor())
    visitor, secretary = Client(), Client()
    secretary.force_login(ids["secretary"], "allauth.account.auth_backends.AuthenticationBackend")
    random = Random(2)
    anywhere = [random.randrange(size) for _ in range(ROUNDS)]

    def page(client: Client, path: str, **query: Any) -> Callable[[int], None]:
        def ask(_round: int) -> None:
            answer = client.get(path, query)
            assert answer.status_code == 200, path

        return ask

    def proof_page(round_: int) -> None:
        assert visitor.get(f"/log/proof/{anywhere[round_]}").status_code == 200

    def proof_alone(round_: int) -> None:
        over = proofs.over(anywhere[round_])
        assert over is not None
        proofs.leaf_proof(anywhere[round_], over).encode()

    record = "/en/records/"
    asked: list[tuple[str, Callable[[int], None], float]] = [
        ("proof of an event, without the request", proof_alone, PROOF_MS),
        ("proof of an event, /log/proof", proof_page, PROOF_MS),
        ("consistency, /log/consistency", page(visitor, "/log/consistency", old=size // 3), PROOF_MS),
        ("the record, visitor", page(visitor, record), PAGE_MS),
        ("the record, secretariat", page(secretary, record), PAGE_MS),
        ("the record from the middle", page(visitor, record, before=size // 2), PAGE_MS),
        ("of an office, which has nearly all", page(visitor, record, kind="charter"), PAGE_MS),
        ("of a type that is rare", page(secretary, record, kind="charter.body_established"), PAGE_MS),
        ("of a type that there is not", page(visitor, record, kind="records.document_issued"), PAGE_MS),
        ("of a month", page(visitor, record, since="2020-06-01", until="2020-06-30"), PAGE_MS),
        ("of the first day", page(secretary, record, until="2020-01-01"), PAGE_MS),
        ("about a thing with much", page(visitor, record, thing=f"charter.body:{ids['busy']}"), PAGE_MS),
        ("about a thing with little", page(visitor, record, thing=f"charter.body:{ids['body']}"), PAGE_MS),
        ("done by somebody who did little", page(visitor, record, actor=ids["person"]), PAGE_MS),
        ("for members, secretariat", page(secretary, record, audience="members"), PAGE_MS),
        ("a thing", page(visitor, f"{record}things/charter.body:{ids['busy']}"), PAGE_MS),
        ("an event", page(visitor, f"{record}events/{size // 2}"), PAGE_MS),
        ("feed", page(visitor, f"{record}feed.atom"), PAGE_MS),
        ("feed of a thing", page(visitor, f"{record}things/charter.body:{ids['busy']}/feed.atom"), PAGE_MS),
        ("documents", page(visitor, f"{record}documents"), PAGE_MS),
        ("checkpoints", page(visitor, f"{record}checkpoints"), PAGE_MS),
    ]
    return [(name, *milliseconds(ask), most) for name, ask, most in asked]


def main() -> int:
    """Fill, measure, print; 1 if anything takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, help="a data folder to keep; filled if it is new")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = asked.data or Path(folder)
        os.environ |= {
            "COMITY_DATA": str(data),
            "DJANGO_SETTINGS_MODULE": "comity.site.settings",
            "COMITY_HOSTS": "testserver",
        }
        import django

        django.setup()
        from django.core.management import call_command

        from comity.groundwork.models import Event, Person
        from comity.office.charter.models import Body, Organisation

        call_command("migrate", verbosity=0)
        begun = time.perf_counter()
        if Event.objects.exists():
            bodies, people = Body.objects.order_by("id"), Person.objects.order_by("id")
            by_name = {str(body.name): body.id for body in bodies}
            persons = {person.name: person for person in people}
            ids = {
                "body": by_name["Body 150"],
                "busy": by_name["Body 0"],
                "person": persons["Person 15"].id,
                "secretary": persons["Person 0"],
                "organisation": Organisation.objects.get().id,
            }
        else:
            ids = fill(asked.events)
        size = Event.objects.count()
        print(f"{size} events, filled in {time.perf_counter() - begun:.0f} s")
        slow = False
        for name, middle, most, allowed in measure(ids, size):
            slow |= most > allowed
            print(f"{name:45} {middle:8.1f} {most:8.1f} ms{'   TOO SLOW' if most > allowed else ''}", flush=True)
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
