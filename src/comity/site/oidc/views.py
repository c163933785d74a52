"""Pages of signing in with a ministry's login: where it begins, and where the ministry sends people back to."""

from __future__ import annotations

from typing import Any

import requests
from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from comity.site.oidc.provider import Adapter


@login_not_required
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Ask whether to go on, then to the ministry's pages."""
    adapter = _adapter(request, provider_id)
    try:
        return OAuth2LoginView.adapter_view(adapter)(request)
    except (OAuth2Error, requests.RequestException) as error:
        return render_authentication_error(request, adapter.get_provider(), exception=error)


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the ministry's pages."""
    return _Callback.adapter_view(_adapter(request, provider_id))(request)


def _adapter(request: HttpRequest, provider_id: str) -> Adapter:
    adapter = Adapter(request, provider_id)
    try:
        adapter.get_provider()
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    return adapter


class _Callback(OAuth2CallbackView):
    """Gives the exchange its nonce, and the page the language in which the person began."""

    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[dict[str, Any] | None, HttpResponse | None]:
        state, response = super()._get_state(request, provider)
        if state is not None:
            self.adapter.nonce = state.get("nonce")
            translation.activate(state.get("language") or translation.get_language())
        return state, response
