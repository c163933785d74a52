"""The pages of a whole organisation: 200 parties with their facts, and a million events about them, on SQLite.

Parties, facts, delegations, dues and documents come about by the acts; the log behind them is written in bulk as the acts would have
left it: corrections of entries, translations, files for members, entries of people. One event in five is not for the public, and
things and people are not used evenly. Then pages are asked for as a visitor, a delegate and the secretariat would, through the
whole of Django; the time is the server's, without a network. `bench/records.py` looks into the record alone, filter by filter.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

from bench.figures import against, table
from bench.machine import description
from bench.speed import CACHE

PAGE_MS = 50.0
BATCH = 10_000
START = datetime(2020, 1, 1, tzinfo=UTC)
DAY = date(2024, 3, 1)
MARK = "filled.txt"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


# --- the organisation, by its acts ---


def organise(parties: int) -> None:
    """Found it and enter so many parties; each signed, most ratified, some contested."""
    from django.db import transaction

    from comity.groundwork.actions import grant_role, register_person
    from comity.groundwork.acts import actor_for, system_actor
    from comity.groundwork.refs import Ref
    from comity.groundwork.translated import Text
    from comity.office.charter.actions import adopt_tenet, establish_body, found
    from comity.office.members import actions as members
    from comity.office.members.regions import SUB_REGION
    from comity.office.records import actions as records

    system = system_actor(START)
    texts = {"ar": "نص", "es": "Texto", "fr": "Texte", "ru": "Текст", "zh": "文本"}
    with transaction.atomic():
        found(
            by=system,
            name=Text.drafted("Bench Union", "en", texts),
            short_name="BU",
            purpose=Text.of("To be measured. " * 40),
        )
        people = [register_person(by=system, name=f"Person {n:03}", email=f"p{n}@example.org") for n in range(300)]
        grant_role(by=system, person=people[0].id, role="secretary")
        by = actor_for(people[0])
        bodies = [establish_body(by=by, name=Text.of(f"Body {n:02}"), established_on=DAY) for n in range(4)]
        for n in range(4, 40):
            above = bodies[n % 4].id
            bodies.append(establish_body(by=by, name=Text.of(f"Body {n:02}"), parent=above, established_on=DAY))
        for n, body in enumerate(bodies):
            grant_role(by=by, person=people[1 + n].id, role="chair", at=str(body.ref))
        for n in range(1, 14):
            adopt_tenet(
                by=by, kind="plan_point", number=n, title=Text.drafted(f"Point {n}", "en", texts), certainty="own_words"
            )
        states = [*SUB_REGION][: parties - 5]
        entered = [members.register_party(by=by, kind="state", iso3=iso3) for iso3 in states]
        blocs = [
            members.register_party(by=by, kind="bloc", name=Text.of(f"Bloc {n}")) for n in range(parties - len(states))
        ]
        said: dict[str, Any] = {"source": "https://journal.example/treaties/2024/03", "evidence": "official"}
        for n, party in enumerate(entered):
            members.record_status(by=by, party=party.id, step="invited", happened_on=DAY - timedelta(days=40), **said)
            signed = members.record_status(by=by, party=party.id, step="signed", happened_on=DAY, **said)
            if n % 4:
                day = DAY + timedelta(days=n)
                members.record_status(by=by, party=party.id, step="ratified", happened_on=day, number=str(n), **said)
            if n % 9 == 0:
                why = "No first-hand text was shown."
                members.contest_status(by=by, fact=signed.id, contested_by="A newspaper", why=why, source="its issue")
            members.join_bloc(by=by, party=party.id, bloc=blocs[n % len(blocs)].id, since=DAY, source="its list")
            for role, person in (("head_of_delegation", people[50 + n]), ("delegate", people[49 + n])):
                members.name_delegate(by=by, party=party.id, role=role, person=person.id, since=DAY)
            for year in (2024, 2025):
                members.assess_dues(
                    by=by, party=party.id, year=year, amount=Decimal(1000), currency="USD", due_on=DAY, source="scale"
                )
            if n % 5 == 1:
                text = Text.of("It understands the provision as follows. " * 10)
                members.declare(by=by, party=party.id, kind="declaration", text=text, made_on=DAY, source="note")
        for n in range(60):
            audience = ("public", "members", "public")[n % 3]
            concerns = str(Ref("members.party", entered[n].id))
            title = Text.of(f"Report {n}")
            draft = records.enter_document(by=by, title=title, series="general", audience=audience, concerns=concerns)
            records.add_version(
                by=by, document=draft.id, name="report.txt", content=b"Read me. %d\n" % n, language="en"
            )
            records.issue_document(by=by, document=draft.id)


# --- the log, in bulk ---


@dataclass(frozen=True, slots=True)
class Cast:
    """Ids of those who act and are acted on."""

    people: list[str]
    bodies: list[str]
    parties: list[str]

    @classmethod
    def of_this_place(cls) -> Cast:
        """As the tables have them."""
        from comity.groundwork.models import Person
        from comity.office.charter.models import Body
        from comity.office.members.models import Party

        found = (model.objects.order_by("id").values_list("id", flat=True) for model in (Person, Body, Party))
        return cls(*map(list, found))


def happened(cast: Cast, seed: int) -> Iterator[tuple[Any, str]]:
    """Facts without end, and who recorded each."""
    from comity.groundwork.events import FileStored, PersonChanged, TextTranslated
    from comity.groundwork.ids import new_id
    from comity.groundwork.translated import Made, Wording
    from comity.office.charter.events import BodyChanged
    from comity.office.members.events.parties import PartyChanged

    random = Random(seed)
    wording = Wording("Une organisation à laquelle adhèrent des États. " * 3, Made.PERSON, "0" * 16, True)

    def some(ids: list[str], busy: float) -> str:
        return ids[min(int(random.expovariate(busy)), len(ids) - 1)]

    while True:
        party, body, person = some(cast.parties, 0.02), some(cast.bodies, 0.1), some(cast.people, 0.1)
        kind = random.random()
        stated: Any
        if kind < 0.45:
            stated = PartyChanged(party=party, kind=None, name=None, iso3=None, region="150")
        elif kind < 0.6:
            stated = BodyChanged(
                body=body, parent=None, name=None, abbreviation=None, mandate=None, rank=random.randrange(99)
            )
        elif kind < 0.8:
            thing = f"members.party:{party}"
            stated = TextTranslated(thing=thing, field="name", language="fr", wording=wording, readable_by="public")
        elif kind < 0.93:
            readers = ("members", f"delegation:{party}")[kind > 0.9]
            stated = FileStored(
                file=new_id(START), sha256="0" * 64, size=1000, name="note.pdf", media_type="application/pdf",
                attached_to=f"members.party:{party}", readable_by=readers,
            )  # fmt: skip
        else:
            stated = PersonChanged(person=person, name="Somebody", email=None, language=None, may_sign_in=None)
        yield stated, some(cast.people, 0.1)


def write_log(count: int) -> None:
    """Bring the log to so many events."""
    from django.db import connection

    from comity import ledger
    from comity.groundwork import log
    from comity.groundwork.models import LogHead

    facts = happened(Cast.of_this_place(), seed=1)
    head = LogHead.objects.get()
    size, edge = head.size, head.edge
    while size < count:
        rows: dict[type[Any], list[Any]] = {}
        for _ in range(min(BATCH, count - size)):
            (stated, actor), now = next(facts), START + timedelta(seconds=150 * size)
            event_id, entered = log.sealed(actor, now, "secretary", stated)
            place = log.Recorded(size, event_id, now, actor, "secretary")
            event, parts, about = log.rows_of(place, stated, entered)
            for row in (event, *parts, *about, *log.new_hashes(size, edge, ledger.leaf_hash(entered.leaf))):
                rows.setdefault(type(row), []).append(row)
            size += 1
        for model, made in rows.items():
            _insert(connection, model, made)
    LogHead.objects.update(size=size, edge=edge)


def _insert(connection: Any, model: type[Any], rows: list[Any]) -> None:
    fields = [
        field
        for field in model._meta.concrete_fields
        if not (field.primary_key and field.get_internal_type() == "BigAutoField")
    ]
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [[field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})', values)


def fill(events: int, parties: int) -> None:
    """All of it, without waiting for the disk meanwhile."""
    from django.db import connection, transaction

    from comity.groundwork.acts import system_actor
    from comity.office.records.actions import publish_checkpoint

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    organise(parties)
    with transaction.atomic():
        write_log(events)
    publish_checkpoint(by=system_actor())
    connection.close()


# --- measuring ---


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for, by whom; address: by the number of the round."""

    name: str
    who: str
    address: Callable[[int], str]


def pages(size: int) -> list[Page]:
    """What people open most, and what was heaviest."""
    cast, random = Cast.of_this_place(), Random(2)
    anywhere = [random.randrange(size) for _ in range(1000)]
    first, rest = cast.parties[0], cast.parties[1:]

    def event(round_: int) -> int:
        return anywhere[round_ % 1000]

    def party(round_: int) -> str:
        return rest[event(round_) % len(rest)]

    found = []
    for who in ("visitor", "delegate", "secretary"):
        found += [
            Page("first page", who, lambda _n: "/en/"),
            Page("the record", who, lambda _n: "/en/records/"),
            Page("the record, from anywhere", who, lambda n: f"/en/records/?before={event(n)}"),
            Page("register of members", who, lambda _n: "/en/members/"),
            Page("register as of a day, in Arabic", who, lambda n: f"/ar/members/?on=2024-{n % 12 + 1:02}-15"),
            Page("a party", who, lambda n: f"/en/members/{party(n)}"),
            Page("the party with most", who, lambda _n: f"/en/members/{first}"),
            Page("a body", who, lambda n: f"/en/charter/bodies/{cast.bodies[n % len(cast.bodies)]}"),
            Page("an event", who, lambda n: f"/en/records/events/{event(n)}"),
            Page("its proof, as a file", who, lambda n: f"/en/records/events/{event(n)}/proof"),
        ]
    found += [
        Page("the depositary's register", "visitor", lambda _n: "/en/members/depositary"),
        Page("bodies", "visitor", lambda _n: "/zh/charter/bodies"),
        Page("documents", "delegate", lambda _n: "/en/records/documents"),
        Page("somebody", "visitor", lambda n: f"/en/people/{cast.people[1 + n % 40]}"),
        Page("people", "secretary", lambda _n: "/en/people"),
        Page("translations into Chinese", "visitor", lambda _n: "/en/translations/zh"),
        Page("API: register", "visitor", lambda _n: "/api/v1/members/parties?limit=200"),
        Page("API: a party", "visitor", lambda n: f"/api/v1/members/parties/{party(n)}"),
        Page("API: events", "visitor", lambda n: f"/api/v1/events?limit=200&before={event(n) + 200}"),
        Page("API: proof", "visitor", lambda n: f"/api/v1/records/events/{event(n)}/proof"),
    ]
    return found


def clients() -> dict[str, Any]:
    """A browser of each of those who ask."""
    from django.test import Client

    from comity.groundwork.models import Grant

    found = {"visitor": Client(), "delegate": Client(), "secretary": Client()}
    for who, role in (("delegate", "head_of_delegation"), ("secretary", "secretary")):
        grant = Grant.objects.filter(role=role, until__isnull=True).select_related("person").order_by("id").first()
        assert grant is not None
        found[who].force_login(grant.person, BACKEND)
    return found


def measure(rounds: int) -> bool:
    """Print the table; whether every page is as fast as it is to be."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from comity.groundwork.queries import log_size

    browsers, rows, slow = clients(), [], False
    asked_for = pages(log_size())
    for page in asked_for:
        browsers[page.who].get(page.address(0))
    gc.collect()
    gc.freeze()  # as the site's server does once it has read ahead
    for page in asked_for:
        client, took = browsers[page.who], []
        client.get(page.address(0))
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(page.address(1))
            queries = len(asked)
        for round_ in range(rounds):
            began = time.perf_counter()
            answer = client.get(page.address(round_))
            took.append(1000 * (time.perf_counter() - began))
            if answer.status_code != 200:
                raise RuntimeError(f"{page.address(round_)}: {answer.status_code}")
        most = quantiles(took, n=20)[-1]
        slow |= most > PAGE_MS
        verdict = against(most, PAGE_MS, lower_is_better=True)
        size = f"{len(answer.content) / 1000:.0f}"
        rows.append((page.name, page.who, f"{median(took):.1f}", f"{most:.1f}", str(queries), size, verdict))
    table(("page", "asked by", "median, ms", "95th percentile, ms", "queries", "kB", f"{PAGE_MS:.0f} ms"), rows)
    return not slow


def main() -> int:
    """Fill, measure, print; 1 if anything takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--parties", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--data", type=Path, help="a data folder to keep; filled if it is new")
    asked = parser.parse_args()
    CACHE.mkdir(exist_ok=True)
    (CACHE / ".gitignore").write_text("*\n", encoding="utf-8")
    print(f"{description()}\n", flush=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        data = asked.data or Path(folder)
        os.environ |= {
            "COMITY_DATA": str(data),
            "DJANGO_SETTINGS_MODULE": "comity.site.settings",
            "COMITY_HOSTS": "testserver",
        }
        import django

        django.setup()
        from django.core.management import call_command

        if not (data / MARK).exists():
            call_command("migrate", verbosity=0)
            began = time.perf_counter()
            fill(asked.events, asked.parties)
            (data / MARK).write_text(f"{asked.events} events, {asked.parties} parties\n", encoding="utf-8")
            print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
        print(f"{(data / MARK).read_text().strip()}; {asked.rounds} rounds of each page\n", flush=True)
        return 0 if measure(asked.rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
