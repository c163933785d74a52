"""Addresses that hold for ever and in every language: the log for programs, and documents by their symbols."""

from __future__ import annotations

from django.urls import path

from comity.office.records import log_views

app_name = "log"
urlpatterns = [
    path("log/key", log_views.key, name="key"),
    path("log/checkpoint", log_views.checkpoint, name="checkpoint"),
    path("log/checkpoint/<int:size>", log_views.checkpoint_of, name="checkpoint_of"),
    path("log/leaf/<int:index>", log_views.leaf, name="leaf"),
    path("log/proof/<str:key>", log_views.proof, name="proof"),
    path("log/consistency", log_views.consistency, name="consistency"),
    path("log/verify.py", log_views.verifier, name="verifier"),
    path("log/check_event.py", log_views.event_checker, name="event_checker"),
    path("documents/<path:symbol>", log_views.document, name="document"),
]
