"""Pages of people and their roles: the secretariat's list, somebody's page, one's own, and the acts that belong to them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from comity.groundwork import actions
from comity.groundwork.acts import may_do, version
from comity.groundwork.models import Person
from comity.groundwork.pages import Request, act_page, found_or_refused, offer, page_of_list
from comity.groundwork.queries import timeline
from comity.groundwork.refusals import NotAllowed
from comity.groundwork.roles import ADMINISTRATOR, ROLES
from comity.site import queries
from comity.site.forms import EndRoleForm, EraseForm, EraseMeForm, GrantForm, OwnEntryForm, PersonForm, RegisterForm


def people(request: Request, at: str = "") -> HttpResponse:
    """Everybody registered, by name; at: to choose somebody for a role there."""
    _for_keepers(request)
    place = found_or_refused(queries.place_of_roles(at)) if at else None
    search = request.GET.get("q", "").replace("\0", "").strip()[:100]
    page = page_of_list(request, queries.people(search))
    page_of_people = {
        "page": page,
        "people": queries.with_roles(list(page.object_list)),
        "search": search,
        "place": place,
        "may_register": may_do(request.actor, "groundwork.register_person"),
    }
    return render(request, "people.html", page_of_people)


def person(request: Request, key: str) -> HttpResponse:
    """Somebody: the roles that they hold and held, what they did."""
    actor = request.actor
    entry = found_or_refused(queries.person_for(actor.reader, key, actor.person_id))
    return render(request, "person.html", _page_of(request, entry))


def me(request: Request) -> HttpResponse:
    """My entry, my roles, what I did, how I sign in."""
    return render(request, "me.html", _page_of(request, _myself(request)))


def _page_of(request: Request, entry: Person) -> dict[str, Any]:
    actor = request.actor
    held, former = queries.roles_held(entry)
    running = entry.erased_at is None
    return {
        "person": entry,
        "held": held,
        "former": former,
        "did": timeline(actor.reader, actor=entry.id, limit=25),
        "keeps": actor.reader.all,
        "may_change": running and actor.reader.all and may_do(actor, "groundwork.change_person"),
        "may_grant": running and may_do(actor, "groundwork.grant_role"),
        "may_erase": running and actor.reader.all and may_do(actor, "groundwork.erase_person"),
    }


def register_person(request: Request) -> HttpResponse:
    """Registering somebody."""
    _for_keepers(request)

    made: list[Person] = []

    def does(values: dict[str, Any]) -> None:
        made.append(
            actions.register_person(
                by=request.actor, name=values["name"], email=values["email"] or None, language=values["language"]
            )
        )

    answer = act_page(
        request,
        RegisterForm,
        does,
        act="groundwork.register_person",
        title=_("Register somebody"),
        button=_("Register"),
        done=_("They are registered."),
        after="people",
        lede=_(
            "They can sign in once they have set a password by the link “forgotten password”. Roles are given on their page."
        ),
    )
    return redirect("person", made[0].id) if made else answer


def change_person(request: Request, key: str) -> HttpResponse:
    """Changing somebody's entry."""
    _for_keepers(request)
    entry = found_or_refused(queries.people().filter(id=key).first())

    def does(values: dict[str, Any]) -> None:
        actions.change_person(
            by=request.actor,
            person=key,
            name=values["name"],
            email=values["email"] or None,
            language=values["language"],
            may_sign_in=values["may_sign_in"],
        )

    return act_page(
        request,
        PersonForm,
        does,
        act="groundwork.change_person",
        title=_("Change the entry of %(person)s") % {"person": entry.name},
        done=_("The entry was changed."),
        after="person",
        after_args=[key],
        initial={
            "name": entry.name,
            "email": entry.email or "",
            "language": entry.language,
            "may_sign_in": entry.is_active,
            "seen": version(entry.ref),
        },
    )


def erase_person(request: Request, key: str) -> HttpResponse:
    """Erasing somebody's personal data."""
    _for_keepers(request)
    entry = found_or_refused(queries.people().filter(id=key).first())
    return act_page(
        request,
        EraseForm,
        lambda values: actions.erase_person(by=request.actor, person=key, reason=values["reason"]),
        act="groundwork.erase_person",
        title=_("Erase %(person)s") % {"person": entry.name},
        button=_("Erase"),
        done=_("The personal data was erased."),
        after="people",
        consequence=_erasure(),
        grave=True,
    )


def change_me(request: Request) -> HttpResponse:
    """Changing one's own entry."""
    entry = _myself(request)
    return act_page(
        request,
        OwnEntryForm,
        lambda values: actions.change_person(
            by=request.actor, person=entry.id, name=values["name"], language=values["language"]
        ),
        act="groundwork.change_person",
        title=_("Change your entry"),
        done=_("Your entry was changed."),
        after="me",
        initial={"name": entry.name, "language": entry.language, "seen": version(entry.ref)},
    )


def erase_me(request: Request) -> HttpResponse:
    """Erasing one's own personal data; whoever did is signed out."""
    entry = _myself(request)

    def does(_values: dict[str, Any]) -> None:
        actions.erase_person(by=request.actor, person=entry.id, reason=_("at their own wish"))
        logout(request)

    return act_page(
        request,
        EraseMeForm,
        does,
        act="groundwork.erase_person",
        title=_("Erase yourself"),
        button=_("Erase my data"),
        done=_("Your personal data was erased, and you are signed out."),
        after="home",
        consequence=_erasure(),
        grave=True,
    )


def grant_role(request: Request, key: str, at: str = "") -> HttpResponse:
    """Giving somebody a role, across the organisation or at one thing."""
    _for_keepers(request)
    entry = found_or_refused(queries.people().filter(id=key).first())
    place = found_or_refused(queries.place_of_roles(at)) if at else None
    kind = place.ref.kind if place else None
    offered = [
        (role.name, f"{role.word}: {role.meaning}")
        for role in ROLES.values()
        if role.held_at == kind and (role.name != ADMINISTRATOR.name or request.actor.holds(ADMINISTRATOR))
    ]

    def prepare(form: GrantForm) -> None:
        offer(form, "role", offered)

    def does(values: dict[str, Any]) -> None:
        actions.grant_role(
            by=request.actor,
            person=key,
            role=values["role"],
            at=at,
            term_ends=values["term_ends"],
            reason=values["reason"],
        )

    words = {"person": entry.name, "thing": place.name if place else ""}
    return act_page(
        request,
        GrantForm,
        does,
        act="groundwork.grant_role",
        title=_("Give %(person)s a role at %(thing)s") % words if place else _("Give %(person)s a role") % words,
        button=_("Give the role"),
        done=_("The role was given."),
        after="person",
        after_args=[key],
        lede="" if place else _("These hold across the organisation. Roles in a body are given from the body’s page."),
        prepare=prepare,
    )


def end_role(request: Request, key: str) -> HttpResponse:
    """Ending a role."""
    _for_keepers(request)
    held, entry = found_or_refused(queries.grant_by_id(key))
    words = {"person": entry.name, "role": held.role.word, "thing": held.at.name if held.at else ""}
    title = (
        _("End the role of %(person)s as %(role)s of %(thing)s")
        if held.at
        else _("End the role of %(person)s as %(role)s")
    )
    return act_page(
        request,
        EndRoleForm,
        lambda values: actions.end_role(by=request.actor, grant=key, reason=values["reason"]),
        act="groundwork.end_role",
        title=title % words,
        button=_("End the role"),
        done=_("The role has ended."),
        after="person",
        after_args=[entry.id],
        consequence=_(
            "From now on they cannot do what this role allows. What they did in it stands. The role can be given anew."
        ),
    )


def _for_keepers(request: Request) -> None:
    """Entries of people are for the secretariat. Raises NotAllowed."""
    if not request.actor.reader.all:
        raise NotAllowed(_("The list of people is kept by the secretariat."))


def _myself(request: Request) -> Person:
    if request.actor.person_id is None:
        raise NotAllowed(_("Sign in first: this page is about you."))
    return found_or_refused(Person.objects.filter(id=request.actor.person_id).first())


def _erasure() -> str:
    return _(
        "Name and e-mail address disappear from every table and from every event of the record, and nobody can sign in "
        "with them. All roles end. That somebody acted, when, and in what role stays, without a name. Nobody can bring "
        "the data back."
    )
