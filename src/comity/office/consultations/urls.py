"""Addresses of the consultations office."""

from __future__ import annotations

from django.urls import path

from comity.office.consultations.views import framed, moderation, overview, results, running, taking_part

app_name = "consultations"
urlpatterns = [
    path("", overview.listing, name="list"),
    path("drawings.css", results.drawings_css, name="drawings_css"),
    path("new", running.create, name="create"),
    path("import", running.import_polis, name="import"),
    path("statements/<str:key>", overview.statement, name="statement"),
    path("statements/<str:key>/accept", moderation.accept, name="accept"),
    path("statements/<str:key>/reject", moderation.reject, name="reject"),
    path("statements/<str:key>/merge", moderation.merge, name="merge"),
    path("statements/<str:key>/split", moderation.split, name="split"),
    path("statements/<str:key>/reword", moderation.reword, name="reword"),
    path("statements/<str:key>/erase", moderation.erase, name="erase"),
    path("statements/<str:key>/remove-author", moderation.remove_author, name="remove_author"),
    path("statements/<str:key>/keep/<str:kind>", results.keep_finding, name="keep_statement"),
    path("findings/<str:key>", results.finding, name="finding"),
    path("<str:key>", overview.consultation, name="consultation"),
    path("<str:key>/statements", overview.statements, name="statements"),
    path("<str:key>/log", overview.log, name="log"),
    path("<str:key>/change", running.change, name="change"),
    path("<str:key>/population/<str:segment>", running.state_targets, name="state_targets"),
    path("<str:key>/seed", running.seed, name="seed"),
    path("<str:key>/open", running.open_consultation, name="open"),
    path("<str:key>/close", running.close, name="close"),
    path("<str:key>/freeze", running.freeze, name="freeze"),
    path("<str:key>/archive", running.archive, name="archive"),
    path("<str:key>/simulate", running.simulate_arrivals, name="simulate_arrivals"),
    path("<str:key>/duplicate", running.duplicate, name="duplicate"),
    path("<str:key>/invite", running.invite, name="invite"),
    path("<str:key>/queue", moderation.queue, name="queue"),
    path("<str:key>/queue/claim", moderation.claim, name="claim"),
    path("<str:key>/answer", taking_part.answer, name="answer"),
    path("<str:key>/embed", framed.embed, name="embed"),
    path("<str:key>/embed/mine", framed.embedded_mine, name="embedded_mine"),
    path("<str:key>/embedding", running.embedding, name="embedding"),
    path("<str:key>/next", taking_part.following, name="next"),
    path("<str:key>/join", taking_part.join, name="join"),
    path("<str:key>/write", taking_part.write, name="write"),
    path("<str:key>/about-me", taking_part.about_me, name="about_me"),
    path("<str:key>/mine", taking_part.mine, name="mine"),
    path("<str:key>/mine/withdraw", taking_part.withdraw, name="withdraw"),
    path("<str:key>/where", results.where, name="where"),
    path("<str:key>/results", results.results, name="results"),
    path("<str:key>/results/history", results.history, name="history"),
    path("<str:key>/results/map", results.shaded_map, name="map"),
    path("<str:key>/results/files.zip", results.files_to_check, name="files_to_check"),
    path("<str:key>/results/export.zip", results.export, name="export"),
    path("<str:key>/results/report", results.report, name="report"),
    path("<str:key>/results/report/print", results.report, {"printed": True}, name="report_print"),
    path("<str:key>/results/keep-slate", results.keep_slate, name="keep_slate"),
]
