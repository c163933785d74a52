"""Pages of the rules: those in force on a day, every version with its text, what differs between two, the catalogue."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header

from comity.groundwork.acts import may_do
from comity.groundwork.pages import Request, found_or_refused, part_of_timeline
from comity.groundwork.queries import Thing
from comity.groundwork.refs import Ref, name_all, page_of
from comity.office.charter import queries
from comity.office.charter.comparing import compared
from comity.office.charter.models import CharterVersion
from comity.office.charter.telling import VoteTold, in_words, rule_told, vote_told
from comity.office.charter.voting import Vote
from comity.rules import Charter, CharterError, catalogue
from comity.rules.charter_file import CATALOGUE

TOML = "application/toml; charset=utf-8"


def rules(request: Request) -> HttpResponse:
    """The rules in force, `?on=` a day."""
    day = _day(request.GET.get("on", "")) or timezone.now().date()
    holding = queries.charter_in_force(day)
    return render(
        request,
        "charter/rules.html",
        {
            "on": day,
            "holding": holding,
            "title": in_words(holding.charter.title) if holding else "",
            "note": in_words(holding.charter.note) if holding and holding.charter.note else "",
            "rules": [rule_told(one, holding.charter) for one in holding.charter.rules if one.valid_on(day)]
            if holding
            else [],
            "drafts": [(one, in_words(one.title)) for one in queries.drafts()],
            "versions": [(one, in_words(one.title)) for one in queries.versions()],
            "may_draft": may_do(request.actor, "charter.draft_charter"),
        },
    )


def version(request: Request, key: str) -> HttpResponse:
    """One charter: adopted, proposed or withdrawn; its rules, how it was adopted, its text."""
    current = found_or_refused(queries.version_by_id(key))
    charter = _readable(current)
    others = [(one, in_words(one.title)) for one in queries.versions() if one.id != current.id]
    return render(
        request,
        "charter/version.html",
        {
            "version": current,
            "charter": charter,
            "title": in_words(current.title),
            "rules": [rule_told(one, charter) for one in charter.rules] if charter else [],
            "try_it": f"charter={current.id}",
            "decided": _decided(current),
            "decision": _thing(current.decision),
            "others": others,
            "until": queries.held_until(current),
            "may_draft": may_do(request.actor, "charter.draft_charter"),
            **part_of_timeline(request, about=current.ref),
        },
    )


def text(request: Request, key: str) -> HttpResponse:
    """The TOML of a version, to keep or to use with `comity decide`."""
    current = found_or_refused(queries.version_by_id(key))
    name = f"charter-{current.number}.toml" if current.number else f"charter-draft-{current.id}.toml"
    return _download(current.text, name)


def difference(request: Request, key: str, other: str) -> HttpResponse:
    """What differs between two versions: rule by rule, then line by line."""
    before, after = found_or_refused(queries.version_by_id(key)), found_or_refused(queries.version_by_id(other))
    return render(
        request,
        "charter/difference.html",
        {
            "before": before,
            "after": after,
            "before_title": in_words(before.title),
            "after_title": in_words(after.title),
            "compared": compared(before.text, after.text),
        },
    )


# --- the catalogue of the engine ---


def catalogue_list(request: Request) -> HttpResponse:
    """Charters of real bodies, and examples, that come with Comity."""
    found = [(name, charter) for name in catalogue() if (charter := queries.of_catalogue(name))]
    return render(
        request,
        "charter/catalogue.html",
        {
            "charters": [
                (name, in_words(charter.title), len({rule.id for rule in charter.rules}), charter)
                for name, charter in sorted(found, key=lambda one: (one[1].example, in_words(one[1].title).casefold()))
            ]
        },
    )


def catalogue_entry(request: Request, name: str) -> HttpResponse:
    """One charter of the catalogue, rule by rule."""
    charter = found_or_refused(queries.of_catalogue(name))
    return render(
        request,
        "charter/catalogue_entry.html",
        {
            "name": name,
            "try_it": f"charter={name}",
            "charter": charter,
            "title": in_words(charter.title),
            "note": in_words(charter.note) if charter.note else "",
            "rules": [rule_told(one, charter) for one in charter.rules],
            "may_draft": may_do(request.actor, "charter.draft_charter"),
        },
    )


def catalogue_text(request: Request, name: str) -> HttpResponse:
    """The TOML of a charter of the catalogue."""
    found_or_refused(name if name in catalogue() else None)
    return _download((CATALOGUE / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")


# --- what these have in common ---


def _download(written: str, name: str) -> HttpResponse:
    response = HttpResponse(written, content_type=TOML)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _readable(current: CharterVersion) -> Charter | None:
    """The charter; None if this engine cannot read the text any more, which the page then shows as it is."""
    try:
        return queries.parsed(current.text)
    except CharterError:
        return None


def _decided(current: CharterVersion) -> VoteTold | None:
    """The vote by which it was adopted, told in the reader's language; None for a founding charter and for what was not adopted."""
    if not current.vote or not current.outcome:
        return None
    under = queries.charter_of(current.outcome["rule"]["digest"])
    if under is None:
        return None
    day = date.fromisoformat(current.outcome["on"])
    return vote_told(Vote(**current.vote), under.charter, day, queries.electorate(day).names)


def _thing(written: str) -> Thing | None:
    if not written:
        return None
    ref = Ref.parse(written)
    return Thing(ref, name_all([ref])[ref], page_of(ref))


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
