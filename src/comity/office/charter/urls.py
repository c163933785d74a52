"""Addresses of the charter office."""

from __future__ import annotations

from django.urls import path

from comity.office.charter import views

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
    path("settings", views.settings, name="settings"),
    path("settings/<str:key>", views.change_setting, name="change_setting"),
]
