"""Pages on what was found: results, the report, where one stands, findings that are kept."""

from __future__ import annotations

from contextlib import ExitStack
from importlib.resources import files
from tempfile import TemporaryFile
from typing import Any, cast

from csp.decorators import csp_replace
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt

from comity.ballot_box import Place
from comity.groundwork import paper
from comity.groundwork.acts import may_do
from comity.groundwork.pages import Request, act_page, found_or_refused
from comity.groundwork.refusals import Refused
from comity.office.consultations import actions, polis
from comity.office.consultations.box import the_box
from comity.office.consultations.forms import SureForm
from comity.office.consultations.models import Consultation, SegmentLabel, Statement
from comity.office.consultations.queries import consultations
from comity.office.consultations.queries import findings as of_findings
from comity.office.consultations.queries import history as of_history
from comity.office.consultations.queries import maps as of_maps
from comity.office.consultations.queries import report as of_report
from comity.office.consultations.queries import results as of_results
from comity.office.consultations.queries.consultations import one_voice
from comity.office.consultations.queries.weighting import together
from comity.office.consultations.views.overview import citing, found_here, found_statement
from comity.office.consultations.views.taking_part import known_participant
from comity.office.consultations.vocabulary import FindingKind


def _seen(request: Request, key: str) -> tuple[Consultation, of_results.Shown | None]:
    """A consultation and what of its results whoever asks may see now. Raises NotFound, Refused."""
    current = found_here(request, key)
    if not of_results.may_see(current, request.actor):
        raise Refused(_("Results of this consultation are not public yet; its page says from when on they are."))
    return current, of_results.latest(current)


def results(request: Request, key: str) -> HttpResponse:
    """What was found: in short, the map, common ground, divides, the slate, participation, what is missing."""
    current, latest = _seen(request, key)
    page: dict[str, Any] = {"current": current, "latest": latest, "one_voice": one_voice(current)}
    page["as_pdf"] = paper.engine() is not None
    if latest is not None:
        page |= of_findings.for_page(current, latest)
        page["together"] = together(current, latest.result, page["here"])
        page["may_state"] = may_do(request.actor, "consultations.state_targets", consultation=current.id)
        page["may_keep"] = bool(current.published) and may_do(
            request.actor, "consultations.keep_finding", consultation=current.id
        )
    return render(request, "consultations/results.html", page)


def report(request: Request, key: str, *, printed: bool = False) -> HttpResponse:
    """The whole report of the newest result, as the engine writes it: one file that holds its own style.

    printed: with everything open, running heads and page numbers, for paper or a PDF.
    """
    current, latest = _seen(request, key)
    written = of_report.report(current, found_or_refused(latest), printed=printed)

    @xframe_options_exempt
    @csp_replace(
        {
            "style-src": ["'unsafe-inline'"],
            "script-src": ["'none'"],
            "img-src": ["data:"],
            "frame-ancestors": current.embed_in or ["'none'"],
        }
    )
    def page(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(written)

    return cast("HttpResponse", page(request))


def report_pdf(request: Request, key: str) -> HttpResponse:
    """The report of the newest result in the reader's language, as a PDF."""
    current, latest = _seen(request, key)
    made = paper.pdf(of_report.report(current, found_or_refused(latest), printed=True))
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="consultation-{current.id}-{get_language()}.pdf"'
    return answer


def files_to_check(request: Request, key: str) -> HttpResponse:
    """The report of the newest result with what every figure follows from, as one file to unpack."""
    current, latest = _seen(request, key)
    answer = HttpResponse(of_report.to_check(current, found_or_refused(latest)), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="consultation-{current.id}-result.zip"'
    return answer


def export(request: Request, key: str) -> FileResponse:
    """Every answer, as a Polis export; where the policy publishes answers, and nowhere else."""
    current, _latest = _seen(request, key)
    if not current.votes_published:
        raise Refused(_("Single answers to this consultation are not published; its results are."))
    with ExitStack() as kept:
        written = kept.enter_context(TemporaryFile(prefix="comity-export-"))
        polis.write(current, the_box().history(current.id), written)
        written.seek(0)
        answer = FileResponse(written, as_attachment=True, filename=f"consultation-{current.id}.zip")
        kept.pop_all()  # the answer closes the file once it was sent
    return answer


def drawings_css(request: Request) -> HttpResponse:
    """The style of maps and bars, as the report has it."""
    sheet = files("comity.opinion.report").joinpath("drawings.css").read_text(encoding="utf-8")
    answer = HttpResponse(sheet, content_type="text/css; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=3600"
    return answer


def history(request: Request, key: str) -> HttpResponse:
    """How opinion moved, from the first published version that is kept to the last."""
    current, _latest = _seen(request, key)
    return render(request, "consultations/history.html", {"current": current, **of_history.for_page(current)})


def shaded_map(request: Request, key: str) -> HttpResponse:
    """The map by one statement or by one answer about oneself: `?by=statement-12`, `?by=answer-ID`."""
    current, latest = _seen(request, key)
    page: dict[str, Any] = {"current": current, "latest": latest}
    if latest is not None:
        rows = list(current.statements.filter(shown=True, erased_at__isnull=True))
        labels = [label for segment in consultations.segments_of(current) for label in segment.labels.all()]
        choices = of_maps.choices(latest.result, rows, labels)
        kind, _dash, which = request.GET.get("by", "").partition("-")
        statement: Statement | None = None
        answer: SegmentLabel | None = None
        shaded: of_maps.Shaded | None = None
        if kind == "statement":
            statement = next((row for row in choices["statements"] if str(row.number) == which), None)
            shaded = of_maps.by_statement(latest.result, statement.number) if statement is not None else None
        elif kind == "answer":
            answer = next((label for label in choices["answers"] if label.id == which), None)
            shaded = of_maps.by_answer(latest.result, answer) if answer is not None else None
        page |= {"choices": choices, "statement": statement, "answer": answer, "shaded": shaded}
        page |= of_findings.drawn(latest.result)
    return render(request, "consultations/map.html", page)


@never_cache
def where(request: Request, key: str) -> HttpResponse:
    """Where one stands: the group that one's answers are nearest to, what it stands out by, and what all groups share."""
    current, latest = _seen(request, key)
    number = known_participant(request, current)
    place: Place | None = the_box().place(current.id, number) if number is not None and latest is not None else None
    page: dict[str, Any] = {"current": current, "takes_part": number is not None, "latest": latest, "place": place}
    if number is not None and latest is not None and place is not None:
        page |= of_findings.standing(current, latest, place.group, the_box().mine(current.id, number))
        page["map"] = of_findings.map_with(latest.result, (place.x, place.y))
    return render(request, "consultations/where.html", page)


# --- findings that are kept ---


def keep_finding(request: Request, key: str, kind: str) -> HttpResponse:
    """Keeping a finding on one statement."""
    row = found_statement(request, key)
    if kind not in {FindingKind.STATEMENT, FindingKind.DIVIDE}:
        found_or_refused(None)
    return _keep(request, row.consultation, kind, row.id)


def keep_slate(request: Request, key: str) -> HttpResponse:
    """Keeping the slate."""
    return _keep(request, found_here(request, key), FindingKind.SLATE.value, "")


def _keep(request: Request, current: Consultation, kind: str, statement: str) -> HttpResponse:
    return act_page(
        request,
        SureForm,
        lambda _values: actions.keep_finding(by=request.actor, consultation=current.id, kind=kind, statement=statement),
        act="consultations.keep_finding",
        title=_("Keep this finding for citation"),
        lede=_("It gets an address of its own, and stays as it is in the final result."),
        button=_("Keep the finding"),
        done=_("The finding was kept."),
        after="consultations:consultation",
        after_args=[current.id],
    )


def finding(request: Request, key: str) -> HttpResponse:
    """A finding as it was kept, and what has become of it since."""
    row = found_or_refused(consultations.finding(key))
    page = {
        "row": row,
        "current": row.consultation,
        "name": consultations.finding_name(row),
        "followed": citing(row.ref),
        **of_findings.kept(row),
    }
    return render(request, "consultations/finding.html", page)
