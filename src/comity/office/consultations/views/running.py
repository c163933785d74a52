"""Pages for whoever runs a consultation: preparing it, its statements, its stages, invitations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from comity.groundwork.acts import check_may, may_do, version
from comity.groundwork.pages import ActForm, Form, Request, act_page, found_or_refused, text_given
from comity.office.consultations import actions
from comity.office.consultations.actions.consultations import terms_of
from comity.office.consultations.forms import (
    FIELD_OF_FILE,
    DuplicateForm,
    FinalForm,
    ImportForm,
    InviteForm,
    NewConsultationForm,
    SeedForm,
    SureForm,
    TargetsForm,
    TermsForm,
    segments_asked,
)
from comity.office.consultations.models import Consultation
from comity.office.consultations.participants import embed_key
from comity.office.consultations.queries.consultations import segments_of
from comity.office.consultations.views.overview import found_here
from comity.office.consultations.vocabulary import Entry, Moderating, Showing, Stage


def _making(
    request: Request, form: type[Form], makes: Callable[[dict[str, Any]], Consultation], **words: Any
) -> HttpResponse:
    """An act's page that leads to the consultation that it made. words: as `act_page` takes them."""
    made: list[Consultation] = []
    answer = act_page(
        request, form, lambda values: made.append(makes(values)), **{"after": "consultations:list", **words}
    )
    return redirect("consultations:consultation", made[0].id) if made else answer


def _doing(
    request: Request,
    key: str,
    does: Callable[..., Any],
    *,
    title: str,
    form: type[ActForm] = SureForm,
    after: str = "consultations:consultation",
    **words: Any,
) -> HttpResponse:
    """An act's page for an act that takes nothing but the consultation, which `title` names. words: as `act_page` takes them."""
    current = found_here(request, key)
    return act_page(
        request,
        form,
        lambda _values: does(by=request.actor, consultation=key),
        title=title % {"consultation": current.title},
        after=after,
        after_args=() if after == "consultations:list" else [key],
        **words,
    )


def create(request: Request) -> HttpResponse:
    """Preparing a consultation."""

    def makes(values: dict[str, Any]) -> Consultation:
        language = values["language"]
        return actions.create(
            by=request.actor,
            title=text_given(values["title"], language),
            background=text_given(values["background"], language),
            policy=text_given(values["policy"], language),
            segments=segments_asked(values["segments"], language),
            **{name: values[name] for name in _PLAIN},
        )

    return _making(
        request,
        NewConsultationForm,
        makes,
        act="consultations.create",
        title=_("Prepare a consultation"),
        lede=_("Nobody sees it until you open it. Statements come next."),
        done=_("The consultation was prepared. Now enter the first statements."),
        initial={
            "languages": [get_language()],
            "entry": Entry.OPEN,
            "moderating": Moderating.BEFORE,
            "showing": Showing.LIVE,
            "proposals": True,
        },
    )


_PLAIN = (
    "languages",
    "entry",
    "moderating",
    "showing",
    "votes_published",
    "proposals",
    "opens_on",
    "proposals_until",
    "closes_on",
    "blocked",
    "embed_in",
)
"""Fields of the form that the acts take as they are."""


def import_polis(request: Request) -> HttpResponse:
    """Making a consultation of a Polis export."""

    def makes(values: dict[str, Any]) -> Consultation:
        files = {name: values[name].read() if values[name] else b"" for name in FIELD_OF_FILE.values()}
        return actions.import_polis(by=request.actor, title=values["title"], language=values["language"], **files)

    return _making(
        request,
        ImportForm,
        makes,
        act="consultations.import_polis",
        title=_("Import a Polis export"),
        lede=_(
            "The files that Polis gives for download. Every answer comes along with its time, and can be exported again."
        ),
        button=_("Import"),
        done=_("The consultation was imported; its first result appears in a moment."),
        consequence=_(
            "It is open to whoever has the link, and every single answer in it is public, as in the export. With answers public, it can "
            "be worked out from the sums over what people said about themselves who said what: leave participants.csv out if that "
            "would harm them."
        ),
    )


def change(request: Request, key: str) -> HttpResponse:
    """Changing what a consultation asks and how."""
    current = found_here(request, key)
    terms = terms_of(current)
    asked = [(s.question.original, [label.word.original for label in s.labels]) for s in terms.segments]

    def does(values: dict[str, Any]) -> None:
        language = current.title.original_language
        same = values["segments"] == asked
        actions.change(
            by=request.actor,
            consultation=key,
            title=text_given(values["title"], current=current.title),
            background=text_given(values["background"], language, current=current.background),
            policy=text_given(values["policy"], language, current=current.policy),
            segments=None if same else segments_asked(values["segments"], language),
            seen=values["seen"],
            **{name: values[name] for name in _PLAIN},
        )

    return act_page(
        request,
        TermsForm,
        does,
        act="consultations.change",
        title=_("Change “%(consultation)s”") % {"consultation": current.title},
        done=_("The consultation was changed."),
        after="consultations:consultation",
        after_args=[key],
        initial={
            **{name: getattr(current, name) for name in _PLAIN},
            "blocked": "\n".join(current.blocked),
            "embed_in": "\n".join(current.embed_in),
            "title": current.title.original,
            "background": current.background.original,
            "policy": current.policy.original,
            "segments": "\n".join(f"{question}: {'; '.join(labels)}" for question, labels in asked),
            "seen": version(current.ref),
        },
    )


def state_targets(request: Request, key: str, segment: str) -> HttpResponse:
    """Stating the population behind a question about participants."""
    current = found_here(request, key)
    row = found_or_refused(next((one for one in segments_of(current) if one.id == segment), None))
    labels = sorted(row.labels.all(), key=lambda label: label.rank)
    return act_page(
        request,
        TargetsForm,
        lambda values: actions.state_targets(
            by=request.actor, consultation=key, segment=segment, shares=values["shares"], source=values["source"]
        ),
        act="consultations.state_targets",
        title=_("State the population for “%(question)s”") % {"question": row.question},
        done=_("The population was stated."),
        after="consultations:results",
        after_args=[key],
        consequence=_(
            "Results show beside the figures what they would be if each answer counted by its share of the population. "
            "No figure is replaced."
        ),
        initial={
            "shares": "\n".join(
                f"{label.word}: {'' if label.target is None else format(label.target / 10, 'g')}" for label in labels
            ),
            "source": row.target_source,
        },
    )


def seed(request: Request, key: str) -> HttpResponse:
    """Entering statements."""
    current = found_here(request, key)

    def does(values: dict[str, Any]) -> None:
        texts = [text_given(line, values["language"]) for line in values["statements"]]
        actions.seed(by=request.actor, consultation=key, statements=texts, meta=values["meta"])

    return act_page(
        request,
        SeedForm,
        does,
        act="consultations.seed",
        title=_("Enter statements for “%(consultation)s”") % {"consultation": current.title},
        lede=_("Ten to thirty that span the question are a good beginning. People who answer add theirs."),
        done=_("The statements were entered."),
        after="consultations:consultation",
        after_args=[key],
    )


def open_consultation(request: Request, key: str) -> HttpResponse:
    """Opening a consultation."""
    again = found_here(request, key).stage == Stage.CLOSED
    return _doing(
        request,
        key,
        actions.open_consultation,
        act="consultations.open",
        title=_("Open “%(consultation)s” again") if again else _("Open “%(consultation)s”"),
        button=_("Open it"),
        done=_("The consultation is open."),
        consequence=_(
            "From now on people can answer. Who may take part, what they are asked about themselves and whether answers are "
            "published cannot change any more."
        ),
    )


def close(request: Request, key: str) -> HttpResponse:
    """Closing a consultation."""
    return _doing(
        request,
        key,
        actions.close,
        act="consultations.close",
        title=_("Close “%(consultation)s”"),
        button=_("Close"),
        done=_("The consultation is closed."),
        consequence=_("Nobody can answer any more. It can be opened again until its result is final."),
    )


def freeze(request: Request, key: str) -> HttpResponse:
    """Making the result final."""
    return _doing(
        request,
        key,
        actions.freeze,
        form=FinalForm,
        act="consultations.freeze",
        title=_("Make the result of “%(consultation)s” final"),
        button=_("Make it final"),
        done=_("The answers are final. The final result appears here once it is computed."),
        consequence=_("No answer and no statement can change after this, and the consultation cannot be opened again."),
        grave=True,
    )


def archive(request: Request, key: str) -> HttpResponse:
    """Putting a consultation away."""
    return _doing(
        request,
        key,
        actions.archive,
        act="consultations.archive",
        title=_("Archive “%(consultation)s”"),
        button=_("Archive"),
        done=_("The consultation was archived."),
        after="consultations:list",
        consequence=_("It moves to the archive of the list. Its pages and its result stay where they are."),
    )


def simulate_arrivals(request: Request, key: str) -> HttpResponse:
    """Letting invented people arrive."""
    return _doing(
        request,
        key,
        actions.simulate_arrivals,
        act="consultations.simulate_arrivals",
        title=_("Let invented people arrive in “%(consultation)s”"),
        button=_("Let them arrive"),
        done=_("Invented people are arriving: watch the results for some seconds."),
        after="consultations:results",
        consequence=_("Two hundred invented people answer, some every second. Nobody is asked."),
    )


def duplicate(request: Request, key: str) -> HttpResponse:
    """Preparing a consultation like another."""
    current = found_here(request, key)

    def makes(values: dict[str, Any]) -> Consultation:
        title = text_given(values["title"], current.title.original_language)
        return actions.duplicate(by=request.actor, consultation=key, title=title)

    return _making(
        request,
        DuplicateForm,
        makes,
        act="consultations.duplicate",
        title=_("Prepare a consultation like “%(consultation)s”") % {"consultation": current.title},
        lede=_("With the same terms and the same first statements; without dates, participants and answers."),
        button=_("Prepare"),
        done=_("The consultation was prepared."),
        after="consultations:consultation",
        after_args=[key],
        initial={"title": current.title.original},
    )


def embedding(request: Request, key: str) -> HttpResponse:
    """How another site shows it in a frame, with the key by which that site names its people."""
    current = found_here(request, key)
    check_may(request.actor, "consultations.change")
    found_or_refused(current if may_do(request.actor, "consultations.change", consultation=key) else None)
    address = request.build_absolute_uri(reverse("consultations:embed", args=[key]))
    page = {"current": current, "address": address, "key": embed_key(key)}
    return never_cache(render)(request, "consultations/embedding.html", page)


def invite(request: Request, key: str) -> HttpResponse:
    """Making invitations; they are shown on the answer and never again."""
    current = found_here(request, key)
    check_may(request.actor, "consultations.invite")
    codes: list[str] = []

    def does(values: dict[str, Any]) -> None:
        made = actions.invite(
            by=request.actor,
            consultation=key,
            count=values["count"],
            days=values["days"],
            answers=[value for name, value in values.items() if name.startswith("about-") and value],
        )
        codes.extend(made.splitlines())

    answer = act_page(
        request,
        InviteForm,
        does,
        act="consultations.invite",
        title=_("Invite people to “%(consultation)s”") % {"consultation": current.title},
        button=_("Make invitations"),
        done=_("The invitations were made."),
        after="consultations:consultation",
        after_args=[key],
        prepare=lambda form: form.offer_answers(segments_of(current)),
        consequence=_("Each lets one person take part. They are shown once: copy them before you leave the page."),
    )
    if not codes:
        return answer
    address = request.build_absolute_uri(reverse("consultations:join", args=[key]))
    links = [(code, f"{address}?code={code}") for code in codes]
    return render(request, "consultations/invitations.html", {"current": current, "links": links})
