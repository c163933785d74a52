"""Addresses of the site: pages for people under their language, the rest without one."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from comity.site import demo_sign_in, keys, people, roles, translations, views
from comity.site.api import api
from comity.site.oidc import views as oidc

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", views.health, name="health"),
    path("", include("comity.office.records.log_urls")),
    path("metrics", views.metrics, name="metrics"),
    path("api/v1/", api.urls),
    path("accounts/oidc/<slug:provider_id>/callback", oidc.callback, name="socialaccount_oidc_callback"),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("people", people.people, name="people"),
        path("people/new", people.register_person, name="register_person"),
        path("people/<str:key>", people.person, name="person"),
        path("people/<str:key>/change", people.change_person, name="change_person"),
        path("people/<str:key>/erase", people.erase_person, name="erase_person"),
        path("people/<str:key>/roles/new", people.grant_role, name="grant_role"),
        path("people/<str:key>/roles/new/<str:at>", people.grant_role, name="grant_role_at"),
        path("appoint/<str:at>", people.people, name="appoint"),
        path("held-roles/<str:key>/end", people.end_role, name="end_role"),
        path("me", people.me, name="me"),
        path("me/change", people.change_me, name="change_me"),
        path("me/erase", people.erase_me, name="erase_me"),
        path("me/keys/new", keys.make_key, name="make_key"),
        path("me/keys/<str:key>/revoke", keys.revoke_key, name="revoke_key"),
        path("roles", roles.roles, name="roles"),
        path("translations", translations.translations, name="translations"),
        path("translations/<str:code>", translations.into, name="translations_into"),
        path("translations/<str:code>/<str:ref>/<str:field>", translations.translate, name="translate"),
        path("records/", include("comity.office.records.urls")),
        path("charter/", include("comity.office.charter.urls")),
        path("members/", include("comity.office.members.urls")),
        path("consultations/", include("comity.office.consultations.urls")),
        path("meetings/", include("comity.office.meetings.urls")),
        path("decisions/", include("comity.office.decisions.urls")),
        path("accounts/", include("allauth.urls")),
        path("demo/sign-in", demo_sign_in.demo_sign_in, name="account_demo"),
    ),
]
