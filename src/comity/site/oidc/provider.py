"""The login of a ministry as allauth's provider, stricter than allauth's own.

allauth checks the state and sends a PKCE challenge; added here are a nonce that ties the answer to this browser, the signature of the
identity token whatever way it came, the issuer's own name, that token and user information speak of the same person, and that an
address counts as verified only if the ministry says so and is trusted for its domain.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Any

import jwt
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import Provider
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider, OpenIDConnectProviderAccount
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language

from comity.groundwork.mail import link

SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""By a private key only: a ministry that shared a secret with us could not be told from us."""
LEEWAY = 60
"""Seconds by which clocks may differ."""


class Adapter(OpenIDConnectOAuth2Adapter):
    """One exchange with a ministry's login. nonce: of the request that began it."""

    nonce: str | None = None

    @property
    def openid_config(self) -> dict[str, Any]:
        """The discovery document. Raises OAuth2Error if it speaks for another issuer."""
        found: dict[str, Any] = super().openid_config
        expected = self.get_provider().app.settings["server_url"]
        if str(found.get("issuer", "")).rstrip("/") != expected:
            raise OAuth2Error("the discovery document is another issuer's")
        return found

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """One address for all languages, as it is registered at the ministry."""
        return link(reverse("socialaccount_oidc_callback", args=[self.provider_id]), request)

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Who signed in. Raises OAuth2Error, requests.RequestException."""
        try:
            claims = self._claims(app, kwargs["response"]["id_token"])
            told = self._fetch_user_info(token.token)
        except (KeyError, TypeError, ValueError, jwt.PyJWTError) as error:
            raise OAuth2Error(f"the answer of the login is not sound: {type(error).__name__}") from error
        if told.get("sub") != claims["sub"]:
            raise OAuth2Error("identity token and user information are about different people")
        return self.get_provider().sociallogin_from_response(request, {**claims, **told})

    def _claims(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        kid = jwt.get_unverified_header(id_token).get("kid")
        fitting = [key for key in keys if kid is None or key.key_id == kid]
        if len(fitting) != 1:
            raise OAuth2Error("no key, or more than one, fits the identity token")
        claims: dict[str, Any] = jwt.decode(
            id_token,
            fitting[0],
            algorithms=SIGNATURES,
            audience=app.client_id,
            issuer=self.openid_config["issuer"],
            leeway=LEEWAY,
            options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
        )
        if not self.nonce or not hmac.compare_digest(str(claims["nonce"]).encode(), self.nonce.encode()):
            raise OAuth2Error("the identity token answers another request")
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("the identity token was made for another site")
        return claims


class Ministry(OpenIDConnectProvider):
    """A ministry's login."""

    id = "ministry"
    name = "OpenID Connect"
    account_class = OpenIDConnectProviderAccount
    oauth2_adapter_class = Adapter

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        """Where signing in with it begins."""
        return reverse("socialaccount_oidc_login", args=[self.app.provider_id])

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """What the form says: where to go on. Scopes and other parameters are ours to choose, not the address's."""
        asked: dict[str, Any] = Provider.get_redirect_from_request_kwargs(self, request)
        if asked["process"] not in {AuthProcess.LOGIN, AuthProcess.CONNECT}:
            asked["process"] = AuthProcess.LOGIN
        return asked

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        """To the ministry's pages, with a nonce that the answer must hold."""
        nonce = secrets.token_urlsafe(24)
        kwargs |= {
            "auth_params": {**self.get_auth_params(), "nonce": nonce},
            "nonce": nonce,
            "language": get_language(),
        }
        return super().redirect(request, process, next_url, data, **kwargs)

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is kept beside the link: by what the person knows this account again."""
        return {key: data[key] for key in ("name", "email") if isinstance(data.get(key), str)}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """The address, verified only if the ministry says so and is trusted for its domain."""
        address = data.get("email")
        if not isinstance(address, str):
            return []
        trusted = address.rpartition("@")[2].lower() in self.app.settings["trusted_domains"]
        return [EmailAddress(email=address, verified=trusted and data.get("email_verified") is True, primary=True)]


provider_classes = [Ministry]
