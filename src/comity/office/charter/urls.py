"""Addresses of the charter office."""

from __future__ import annotations

from django.urls import path

from comity.office.charter.views import drafts, rules, what_if
from comity.office.charter.views import organisation as views

app_name = "charter"
urlpatterns = [
    path("", views.organisation, name="organisation"),
    path("found", views.found, name="found"),
    path("change", views.change_organisation, name="change_organisation"),
    path("texts", views.texts, name="texts"),
    path("texts/new", views.adopt_tenet, name="adopt_tenet"),
    path("texts/<str:key>/change", views.change_tenet, name="change_tenet"),
    path("texts/<str:key>/withdraw", views.withdraw_tenet, name="withdraw_tenet"),
    path("bodies", views.bodies, name="bodies"),
    path("bodies/new", views.establish_body, name="establish_body"),
    path("bodies/<str:key>", views.body, name="body"),
    path("bodies/<str:key>/change", views.change_body, name="change_body"),
    path("bodies/<str:key>/dissolve", views.dissolve_body, name="dissolve_body"),
    path("rules", rules.rules, name="rules"),
    path("rules/decide", what_if.decide_page, name="decide"),
    path("rules/drafts/new", drafts.new_draft, name="new_draft"),
    path("rules/drafts/<str:key>/change", drafts.change_draft, name="change_draft"),
    path("rules/drafts/<str:key>/adopt", drafts.adopt, name="adopt_charter"),
    path("rules/drafts/<str:key>/withdraw", drafts.withdraw_draft, name="withdraw_draft"),
    path("rules/versions/<str:key>", rules.version, name="version"),
    path("rules/versions/<str:key>/text", rules.text, name="version_text"),
    path("rules/versions/<str:key>/against/<str:other>", rules.difference, name="difference"),
    path("rules/catalogue", rules.catalogue_list, name="catalogue"),
    path("rules/catalogue/<str:name>", rules.catalogue_entry, name="catalogue_entry"),
    path("rules/catalogue/<str:name>/text", rules.catalogue_text, name="catalogue_text"),
    path("settings", views.settings, name="settings"),
    path("settings/<str:key>", views.change_setting, name="change_setting"),
]
