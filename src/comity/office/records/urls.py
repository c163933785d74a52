"""Addresses of the records office under a language; `log_urls` has those of programs, which have none."""

from __future__ import annotations

from django.urls import path

from comity.office.records import document_views, views

app_name = "records"
urlpatterns = [
    path("", views.timeline, name="timeline"),
    path("feed.atom", views.feed, name="feed"),
    path("calendar.ics", views.calendar, name="calendar"),
    path("things/<str:ref>", views.thing, name="thing"),
    path("things/<str:ref>/feed.atom", views.feed, name="thing_feed"),
    path("things/<str:ref>/calendar.ics", views.calendar, name="thing_calendar"),
    path("events/<str:key>", views.event, name="event"),
    path("events/<str:key>/proof", views.event_proof, name="event_proof"),
    path("verify", views.verify, name="verify"),
    path("checkpoints", views.checkpoints, name="checkpoints"),
    path("checkpoints/new", views.publish_checkpoint, name="publish_checkpoint"),
    path("witnesses/new", views.register_witness, name="register_witness"),
    path("witnesses/<str:key>/cosignature", views.add_cosignature, name="add_cosignature"),
    path("witnesses/<str:key>/retire", views.retire_witness, name="retire_witness"),
    path("files/<str:key>", document_views.file, name="file"),
    path("documents", document_views.documents, name="documents"),
    path("documents/new", document_views.enter_document, name="enter_document"),
    path("documents/<str:key>/change", document_views.change_document, name="change_document"),
    path("documents/<str:key>/add", document_views.add_version, name="add_version"),
    path("documents/<str:key>/issue", document_views.issue_document, name="issue_document"),
    path("documents/<str:key>/withdraw", document_views.withdraw_document, name="withdraw_document"),
    path("versions/<str:key>/remove", document_views.remove_version, name="remove_version"),
    # A symbol has strokes in it, an id has none.
    path("documents/<path:key>", document_views.document, name="document"),
]
