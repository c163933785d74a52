"""Addresses of signing in with a ministry's login: the beginning, under a language; the answer has one address for all."""

from __future__ import annotations

from django.urls import path

from comity.site.oidc import views

urlpatterns = [path("oidc/<slug:provider_id>/login", views.login, name="socialaccount_oidc_login")]
