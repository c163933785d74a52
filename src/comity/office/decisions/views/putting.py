"""Pages on questions: put, amend, order, divide, withdraw, rule, challenge, carry out."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from comity.groundwork.pages import ActForm, Request, act_page, found_or_refused, offer
from comity.groundwork.refusals import NotFound
from comity.groundwork.translated import Text
from comity.office.charter.queries import bodies, body, charter_in_force, drafts
from comity.office.charter.telling import left_to_people, rule_told
from comity.office.charter.wording import finding_word
from comity.office.decisions import actions, forms
from comity.office.decisions.actions import PartAsked
from comity.office.decisions.actions.question import amendments_waiting
from comity.office.decisions.models import Question
from comity.office.decisions.queries import questions, reading
from comity.office.decisions.views.overview import found_question
from comity.office.decisions.words import engine_language
from comity.office.meetings.queries.meetings import meeting, meetings_of
from comity.office.meetings.queries.points import point
from comity.office.meetings.vocabulary import AHEAD
from comity.office.members.queries.parties import party_choices
from comity.office.records.queries import documents
from comity.rules import Kind
from comity.rules.words import parted

NONE = [("", "—")]


def choose_body(request: Request) -> HttpResponse:
    """Before which body something is put."""
    allowed = questions.bodies_of(request.actor)
    found: list[tuple[int, Any]] = []

    def walk(branches: Any) -> None:
        for branch in branches:
            if allowed is None or branch.body.id in allowed:
                found.append((branch.depth, branch.body))
            walk(branch.parts)

    walk(bodies())
    return render(request, "decisions/choose_body.html", {"bodies": found})


def put(request: Request, key: str) -> HttpResponse:
    """Put a question to a body."""
    where = found_or_refused(body(key))
    held = charter_in_force()
    if held is None:
        raise NotFound(_("No charter is in force yet: adopt one first, so that there is a rule to decide by."))
    rules = [
        (rule.id, rule_told(rule, held.charter).title)
        for rule in held.charter.rules
        if rule.kind is Kind.VOTE and rule.valid_on(request.actor.now.date())
    ]
    meetings = [(row.id, str(row.title)) for row in meetings_of(where.id, request.actor.reader) if row.stage in AHEAD]
    issued = [(row.id, f"{row.symbol} {row.title}") for row in documents(request.actor.reader)[:200] if row.symbol]

    def prepare(form: forms.PutForm) -> None:
        choices = {
            "rule": rules,
            "meeting": NONE + meetings,
            "moved_by": NONE + party_choices(),
            "documents": issued,
            "draft": NONE + [(row.id, row.note or row.digest[:12]) for row in drafts()],
        }
        for name, offered in choices.items():
            offer(form, name, offered)

    def does(values: dict[str, Any]) -> Question:
        by = request.actor
        meeting, draft = values["meeting"], values["draft"]
        return actions.put_to_vote(
            by=by,
            body=where.id,
            title=Text.of(values["title"], values["language"]),
            rule=held.charter.amended_by or values["rule"] if draft else values["rule"],
            parts=parts_of(values["text"], values["language"]),
            mode=values["mode"],
            meeting=meeting,
            moved_by=values["moved_by"],
            documents=values["documents"],
            consequence=_adopting(draft) if draft else None,
        )

    return act_page(
        request,
        forms.PutForm,
        does,
        act="decisions.put",
        title=_("Put a question to %(body)s") % {"body": where.name},
        button=_("Put the question"),
        done=_("The question is put."),
        after="decisions:list",
        prepare=prepare,
    )


def _adopting(draft: str) -> dict[str, Any]:
    """The act by which the charter office puts a draft in force, on the strength of the vote; refused if its text changes meanwhile."""
    voted_on = next((row.digest for row in drafts() if row.id == draft), None)
    given = {"draft": draft, "digest": voted_on, "vote": "{vote}", "decision": "{decision}"}
    return {"act": "charter.adopt_charter", "arguments": given}


def parts_of(text: str, language: str) -> list[PartAsked]:
    """Paragraphs as numbered parts; an empty line parts them."""
    found = [part.strip() for part in re.split(r"\n(?:[ \t]*\n)+", text.replace("\r\n", "\n")) if part.strip()]
    return [PartAsked(reference=str(number), text=Text.of(part, language)) for number, part in enumerate(found, 1)]


def amend(request: Request, key: str) -> HttpResponse:
    """Move an amendment."""
    current = found_question(request, key)
    rows = {part.reference: part for part in current.parts.filter(left_out=False).order_by("rank")}

    def prepare(form: forms.AmendForm) -> None:
        form.with_parts(current)
        offer(form, "party", _movers(request, current))

    def does(values: dict[str, Any]) -> Question:
        changed = [
            PartAsked(
                reference=part.reference, label=part.label, text=_rewritten(part.text, values[f"part-{reference}"])
            )
            for reference, part in rows.items()
            if values[f"part-{reference}"].replace("\r\n", "\n").strip() != part.text.original
        ]
        return actions.amend(
            by=request.actor,
            question=current.id,
            title=Text.of(values["title"], current.title.original_language),
            parts=changed,
            party=values["party"],
            **questions.place_in(request.actor, current),
        )

    return act_page(
        request,
        forms.AmendForm,
        does,
        act="decisions.amend",
        title=_("Move an amendment to “%(question)s”") % {"question": current.title},
        lede=_("Change the parts that the amendment changes. A part that you empty is left out."),
        button=_("Move the amendment"),
        done=_("The amendment is before the body."),
        after="decisions:question",
        after_args=[current.id],
        prepare=prepare,
    )


def _rewritten(before: Text, written: str) -> Text:
    """A new text in the language of the old one; empty: the part is left out."""
    return Text.of(written, before.original_language) if written.strip() else Text()


def _movers(request: Request, current: Question) -> list[tuple[str, str]]:
    """On whose behalf whoever asks can move something."""
    if questions.presides(request.actor, current):
        return NONE + party_choices()
    return party_choices(only=questions.parties_of(request.actor))


def order_amendments(request: Request, key: str) -> HttpResponse:
    """Find in which order amendments are taken."""
    current = found_question(request, key)
    waiting = amendments_waiting(current)
    return act_page(
        request,
        forms.OrderForm,
        lambda values: actions.order_amendments(
            by=request.actor,
            question=current.id,
            order=sorted(
                (row.id for row in waiting),
                key=lambda one: (values[f"place-{one}"], [w.id for w in waiting].index(one)),
            ),
            reason=values["reason"],
            **questions.place_in(request.actor, current),
        ),
        act="decisions.order_amendments",
        title=_("Find the order of amendments"),
        lede=_(
            "The amendment that is furthest from the original is taken first. This is your finding; a delegation can challenge it."
        ),
        done=_("The order is found."),
        after="decisions:question",
        after_args=[current.id],
        prepare=lambda form: form.with_amendments(waiting),
    )


def divide(request: Request, key: str) -> HttpResponse:
    """Ask for separate votes on parts."""
    current = found_question(request, key)

    def prepare(form: forms.DivideForm) -> None:
        rows = current.parts.filter(left_out=False).order_by("rank")
        offer(form, "parts", [(row.reference, _line(row)) for row in rows])
        offer(form, "party", _movers(request, current))

    return act_page(
        request,
        forms.DivideForm,
        lambda values: actions.divide(
            by=request.actor,
            question=current.id,
            parts=values["parts"],
            party=values["party"],
            **questions.place_in(request.actor, current),
        ),
        act="decisions.divide",
        title=_("Ask for a separate vote on parts"),
        lede=_("Parts are voted on first; those that are not adopted are left out. Then the whole is put to the vote."),
        done=_("The separate vote is before the body."),
        after="decisions:question",
        after_args=[current.id],
        prepare=prepare,
    )


def _line(row: Any) -> str:
    text = str(row.text)
    return f"{row.reference}. {text[:100]}{'…' if len(text) > 100 else ''}"


def withdraw(request: Request, key: str) -> HttpResponse:
    """Withdraw a question."""
    current = found_question(request, key)
    place = questions.place_in(request.actor, current)
    if not questions.presides(request.actor, current) and current.moved_by in questions.parties_of(request.actor):
        place = {"party": current.moved_by}
    return act_page(
        request,
        forms.ReasonForm,
        lambda values: actions.withdraw(by=request.actor, question=current.id, reason=values["reason"], **place),
        act="decisions.withdraw",
        title=_("Withdraw “%(question)s”") % {"question": current.title},
        consequence=_("It is not voted on. It stays in the record as withdrawn."),
        grave=True,
        button=_("Withdraw it"),
        done=_("It was withdrawn."),
        after="decisions:question",
        after_args=[current.id],
    )


def rule_on(request: Request, key: str) -> HttpResponse:
    """Rule on a question."""
    current = found_question(request, key)
    charter = reading.charter_of(current)
    asked = {statement: finding_word(statement, charter) for statement in left_to_people(charter)}
    return act_page(
        request,
        forms.RulingForm,
        lambda values: actions.rule_on(
            by=request.actor,
            question=current.id,
            statement=values["statement"],
            holds=values["holds"],
            reason=values["reason"],
            **questions.place_in(request.actor, current),
        ),
        act="decisions.rule_on",
        title=_("Rule on “%(question)s”") % {"question": current.title},
        lede=_("Rules of the charter ask for: %(findings)s.") % {"findings": parted(asked.values(), engine_language())}
        if asked
        else "",
        button=_("Enter the ruling"),
        done=_("The ruling is in the record."),
        after="decisions:question",
        after_args=[current.id],
        prepare=lambda form: form.offer(asked),
    )


def challenge(request: Request, key: str) -> HttpResponse:
    """Challenge a ruling."""
    made = found_or_refused(questions.ruling(key, request.actor))

    def prepare(form: forms.ChallengeForm) -> None:
        offer(form, "party", [one for one in _movers(request, made.question) if one[0]])

    return act_page(
        request,
        forms.ChallengeForm,
        lambda values: actions.challenge(
            by=request.actor,
            ruling=made.id,
            party=values["party"],
            reason=values["reason"],
            **questions.place_in(request.actor, made.question),
        ),
        act="decisions.challenge",
        title=_("Challenge the ruling “%(ruling)s”")
        % {"ruling": finding_word(made.statement, reading.charter_of(made.question))},
        consequence=_("The challenge is put to the vote at once; until then the question itself is not voted on."),
        button=_("Challenge it"),
        done=_("The challenge is before the body."),
        after="decisions:question",
        after_args=[made.question_id],
        prepare=prepare,
    )


def put_challenge(request: Request, key: str) -> HttpResponse:
    """Put to the vote whether a ruling on a point of order stands."""
    raised = found_or_refused(point(key))
    found_or_refused(meeting(raised.meeting_id, request.actor.reader))
    return act_page(
        request,
        ActForm,
        lambda _values: actions.put_challenge(by=request.actor, point=raised.id, meeting=raised.meeting_id),
        act="decisions.put_challenge",
        title=_("Put the challenge to the vote"),
        lede=raised.words,
        consequence=_("The body decides at once whether the ruling stands. Who votes yes overrules it."),
        button=_("Put it to the vote"),
        done=_("The challenge is before the body."),
        after="meetings:point",
        after_args=[raised.id],
    )


def carry_out(request: Request, key: str) -> HttpResponse:
    """Do what an adopted question calls for in another office."""
    current = found_question(request, key)
    return act_page(
        request,
        ActForm,
        lambda values: actions.carry_out(by=request.actor, question=current.id),
        act="decisions.carry_out",
        title=_("Carry out “%(question)s”") % {"question": current.title},
        consequence=_("The act that this decision calls for is done now: %(act)s.")
        % {"act": (current.consequence or {}).get("act", "—")},
        button=_("Carry it out"),
        done=_("It was carried out."),
        after="decisions:question",
        after_args=[current.id],
    )
