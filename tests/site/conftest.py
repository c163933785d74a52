"""A small organisation for the site's tests: texts in three scripts, bodies, people, and what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from tests.site.stage import Stage, build, undone

from comity.groundwork.actions import grant_role, make_token, register_person, translate
from comity.groundwork.acts import actor_for, system_actor
from comity.groundwork.models import Grant, Person, Token
from comity.groundwork.translated import Made, Text
from comity.office.charter.actions import (
    adopt_charter,
    adopt_tenet,
    change_organisation,
    draft_charter,
    establish_body,
    found,
)
from comity.office.charter.models import Body, CharterVersion, Organisation, Tenet
from comity.rules.charter_file import CATALOGUE

PURPOSE = (
    "Willing states join to bring the benefits of artificial intelligence to all people, and to keep it safe.\n\n"
    "The organisation asks many voices, writes down what they agree on, and follows up what was promised."
)
PRINCIPLES = [
    ("For good and for people", "智能向善、以人为本", "من أجل الخير والناس"),
    ("Respect for sovereignty", "尊重主权", "احترام السيادة"),
    ("Development-oriented", "发展导向", "التوجه نحو التنمية"),
    ("Safe and controllable", "安全可控", "آمن وقابل للتحكم"),
    ("Fair and inclusive", "公平普惠", "عادل وشامل"),
    ("Open cooperation", "开放合作", "تعاون مفتوح"),
]
BODIES = [
    ("Council", "مجلس", "理事会", "C"),
    ("Committee on Capacity Building", "لجنة بناء القدرات", "能力建设委员会", "CCB"),
    ("Working Group on Shared Corpora", "الفريق العامل المعني بالمدونات المشتركة", "共享语料库工作组", ""),
]


@dataclass(frozen=True)
class House:
    """What the seed made. secretary, translator, delegate: people; delegate holds no role across the organisation."""

    organisation: Organisation
    bodies: list[Body]
    tenets: list[Tenet]
    secretary: Person
    translator: Person
    delegate: Person


def seed() -> House:
    """Found a small organisation. Its texts are in English, drafted by a machine in Arabic and Chinese."""
    system = system_actor()
    organisation = found(
        by=system,
        name=Text.drafted(
            "World AI Cooperation Organization",
            "en",
            {"ar": "المنظمة العالمية للتعاون في الذكاء الاصطناعي", "zh": "世界人工智能合作组织"},
        ),
        short_name="WAICO",
        seat=Text.of("Shanghai", "en", zh="上海", ar="شنغهاي"),
        purpose=Text.drafted(
            PURPOSE,
            "en",
            {
                "zh": "各国自愿联合，使人工智能的惠益为全人类共享，并保证其安全。\n\n本组织倾听各方声音，写下共识，并跟进承诺的落实。",
                "ar": "تتحد الدول الراغبة لتعميم فوائد الذكاء الاصطناعي على جميع الناس وللحفاظ على سلامته.\n\n"
                "تسأل المنظمة أصواتا كثيرة، وتدون ما تتفق عليه، وتتابع ما وُعد به.",
            },
        ),
        demonstration=True,
    )
    secretary = register_person(by=system, name="Ada Okonkwo", email="ada@example.org", invented=True)
    grant_role(by=system, person=secretary.id, role="secretary")
    by = actor_for(secretary)
    make_token(by=by, name="Nightly copy", may_write=True)
    tenets = [
        adopt_tenet(
            by=by,
            kind="principle",
            number=number,
            title=Text.drafted(en, "en", {"zh": zh, "ar": ar}),
            text=Text.of("What this asks of members is settled by the Council." if number == 1 else ""),
            certainty="own_words" if number < 4 else "not_verified",
            source="https://example.org/founding" if number == 1 else "",
        )
        for number, (en, zh, ar) in enumerate(PRINCIPLES, start=1)
    ]
    bodies: list[Body] = []
    for en, ar, zh, abbreviation in BODIES:
        bodies.append(
            establish_body(
                by=by,
                name=Text.drafted(en, "en", {"ar": ar, "zh": zh}),
                abbreviation=abbreviation,
                mandate=Text.of(f"The {en} meets twice a year and reports to those above it."),
                parent=bodies[-1].id if bodies else None,
                established_on=date(2026, 7, 16),
            )
        )
    translator = register_person(by=by, name="ليلى حداد", email="leila@example.org", language="ar", invented=True)
    grant_role(by=by, person=translator.id, role="translator")
    delegate = register_person(by=by, name="Chen Wei 陈伟", email="chen@example.org", language="zh", invented=True)
    grant_role(by=by, person=delegate.id, role="chair", at=str(bodies[0].ref), reason="Elected at the first meeting.")
    translate(
        by=actor_for(translator),
        thing=tenets[0].ref,
        field="title",
        language="ar",
        text="من أجل الخير والناس",
        made=Made.PERSON,
        reviewed=True,
    )
    change_organisation(by=by, seat=organisation.seat.rewritten("Shanghai, China"))
    organisation.refresh_from_db()
    text = (CATALOGUE / "example-waico.toml").read_text(encoding="utf-8")
    adopt_charter(by=by, draft=draft_charter(by=by, text=text).id, in_force_from=date(2026, 7, 16))
    draft_charter(by=by, text=text.replace("yes >= 2/3 of all", "yes >= 3/4 of all"), note="A higher majority")
    return House(organisation, bodies, tenets, secretary, translator, delegate)


@pytest.fixture
def house(db: None) -> House:
    """The small organisation."""
    return seed()


def every_page(house: House) -> dict[str, str]:
    """The address of each page of the site itself and the charter office, by name, without its language."""
    council, tenet, grant = house.bodies[0], house.tenets[0], Grant.objects.get(role="chair")
    person = house.delegate.id
    laid, draft = CharterVersion.objects.get(number=1), CharterVersion.objects.get(number=None)
    return {
        "home": "",
        "people": "people",
        "register_person": "people/new",
        "person": f"people/{person}",
        "change_person": f"people/{person}/change",
        "erase_person": f"people/{person}/erase",
        "grant_role": f"people/{person}/roles/new",
        "grant_role_at": f"people/{person}/roles/new/{council.ref}",
        "appoint": f"appoint/{council.ref}",
        "end_role": f"held-roles/{grant.id}/end",
        "me": "me",
        "change_me": "me/change",
        "erase_me": "me/erase",
        "make_key": "me/keys/new",
        "revoke_key": f"me/keys/{Token.objects.get(person=house.secretary).id}/revoke",
        "roles": "roles",
        "translations": "translations",
        "translations_into": "translations/zh?text=charter.tenet.title&want=unread",
        "translate": f"translations/zh/{tenet.ref}/title",
        "charter:organisation": "charter/",
        "charter:found": "charter/found",
        "charter:change_organisation": "charter/change",
        "charter:texts": "charter/texts",
        "charter:adopt_tenet": "charter/texts/new",
        "charter:change_tenet": f"charter/texts/{tenet.id}/change",
        "charter:withdraw_tenet": f"charter/texts/{tenet.id}/withdraw",
        "charter:bodies": "charter/bodies",
        "charter:establish_body": "charter/bodies/new",
        "charter:body": f"charter/bodies/{council.id}",
        "charter:change_body": f"charter/bodies/{council.id}/change",
        "charter:dissolve_body": f"charter/bodies/{council.id}/dissolve",
        "charter:settings": "charter/settings",
        "charter:change_setting": "charter/settings/naming",
        "charter:rules": "charter/rules",
        "charter:decide": "charter/rules/decide?rule=important",
        "charter:new_draft": "charter/rules/drafts/new",
        "charter:change_draft": f"charter/rules/drafts/{draft.id}/change",
        "charter:adopt_charter": f"charter/rules/drafts/{draft.id}/adopt",
        "charter:withdraw_draft": f"charter/rules/drafts/{draft.id}/withdraw",
        "charter:version": f"charter/rules/versions/{draft.id}",
        "charter:difference": f"charter/rules/versions/{laid.id}/against/{draft.id}",
        "charter:catalogue": "charter/rules/catalogue",
        "charter:catalogue_entry": "charter/rules/catalogue/un-ga",
    }


@pytest.fixture
def pages(house: House) -> dict[str, str]:
    """Addresses of every page, by name."""
    return every_page(house)


BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def signed_in() -> Callable[[Person | None], Client]:
    """A client in which somebody is signed in; None: a visitor's."""

    def client_of(person: Person | None) -> Client:
        client = Client()
        if person is not None:
            client.force_login(person, backend=BACKEND)
        return client

    return client_of


@pytest.fixture(autouse=True)
def counted_anew(request: pytest.FixtureRequest) -> None:
    """Attempts to sign in that one test makes do not count in the next. On PostgreSQL they are counted in the database."""
    asked = [name for name in ("transactional_db", "db") if name in request.fixturenames]
    for name in asked[:1]:
        request.getfixturevalue(name)
    if asked or request.node.get_closest_marker("django_db"):
        cache.clear()


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    """Something of every kind for every audience, made once for a whole module; each test's own changes are undone."""
    with django_db_blocker.unblock(), undone():
        yield build()
