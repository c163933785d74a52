"""A ministry's login for tests: a small Django project on django-oauth-toolkit, in a process of its own.

`python provider.py PORT FOLDER CALLBACK...` serves it at http://localhost:PORT/o. FOLDER/people.json lists who can sign in. FOLDER/mood,
if it is there, names a way in which it misbehaves: each must be noticed by whoever trusts it.
"""

from __future__ import annotations

import hmac
import json
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

PORT, FOLDER, CALLBACKS = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
ISSUER = f"http://localhost:{PORT}/o"
CLIENT, SECRET = "comity", "a secret that the ministry gave"


def new_key() -> str:
    """An RSA key for signing."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()).decode()


def mood() -> str:
    """How it misbehaves; empty: not."""
    path = FOLDER / "mood"
    return path.read_text().strip() if path.exists() else ""


def configure() -> None:
    """Django's settings of the ministry."""
    from django.conf import settings

    settings.configure(
        SECRET_KEY="ministry",
        # Its passwords, and the secret of its client, which it hashes too, are no secrets: each login would wait a second for them.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", {"registration/login.html": LOGIN})]},
            }
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "ministry.sqlite3"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SESSION_COOKIE_NAME="ministry",
        CSRF_COOKIE_NAME="ministry-csrf",
        USE_TZ=True,
        LOGIN_URL="/login",
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": ISSUER,
            "OIDC_RSA_PRIVATE_KEY": new_key(),
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "who you are", "profile": "name", "email": "address"},
            "OAUTH2_VALIDATOR_CLASS": f"{__name__}.claims",
        },
    )
    settings.TEMPLATES[0]["APP_DIRS"] = False


LOGIN = """<!doctype html><title>Ministry</title><h1>Ministry</h1>
<form method="post">{% csrf_token %}{{ form.as_p }}<button type="submit">Sign in at the ministry</button></form>"""


def claims() -> Any:
    """The validator, which says who somebody is. A function, since the toolkit can be imported only once Django is set up."""
    return _validator()()


def _validator() -> Any:
    from jwcrypto import jwk, jwt
    from oauth2_provider.oauth2_validators import OAuth2Validator

    class Claims(OAuth2Validator):
        oidc_claim_scope = None

        def get_additional_claims(self, request: Any) -> dict[str, Any]:
            person = next(one for one in people() if one["username"] == request.user.username)
            return {
                key: person[key]
                for key in ("email", "email_verified", "name", "given_name", "family_name")
                if key in person
            }

        def get_userinfo_claims(self, request: Any) -> dict[str, Any]:
            told = super().get_userinfo_claims(request)
            return {**told, "sub": "somebody else"} if mood() == "other-person" else told

        def finalize_id_token(self, id_token: dict[str, Any], token: Any, token_handler: Any, request: Any) -> str:
            good: str = super().finalize_id_token(id_token, token, token_handler, request)
            how, key = mood(), request.client.jwk_key
            if not how:
                return good
            _head, body, _signature = good.split(".")
            said = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
            said |= LIES.get(how, {})
            if how == "without-nonce":
                del said["nonce"]
            head = {"typ": "JWT", "alg": "RS256", "kid": key.thumbprint()}
            if how == "unsigned":
                return f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{body}."
            if how == "shared-secret":
                start = f"{encoded({**head, 'alg': 'HS256'})}.{body}"
                return f"{start}.{plain(hmac.digest(key.export_to_pem(), start.encode(), 'sha256'))}"
            other = jwk.JWK.from_pem(new_key().encode())
            made = jwt.JWT(header=json.dumps(head), claims=json.dumps(said))
            made.make_signed_token(other if how == "other-key" else key)
            forged: str = made.serialize()
            return forged

    return Claims


LIES: dict[str, dict[str, Any]] = {
    "replayed": {"nonce": "of another request"},
    "other-site": {"aud": "another client"},
    "other-issuer": {"iss": "https://elsewhere.example"},
    "long-ago": {"exp": 1_000_000_000, "iat": 999_999_000},
    "other-party": {"azp": "another client"},
}


def plain(content: bytes) -> str:
    """Base 64 as tokens have it."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def encoded(value: dict[str, Any]) -> str:
    """JSON as tokens have it."""
    return plain(json.dumps(value).encode())


def people() -> list[dict[str, Any]]:
    """Who can sign in at the ministry."""
    found: list[dict[str, Any]] = json.loads((FOLDER / "people.json").read_text())
    return found


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Nothing."""


class Server(ThreadingMixIn, WSGIServer):
    """One thread for each request."""

    daemon_threads = True


urlpatterns: list[Any] = []


def main() -> None:
    """Serve until ended."""
    configure()
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.contrib.auth.views import LoginView
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.urls import include, path
    from oauth2_provider.models import get_application_model

    urlpatterns.append(path("login", LoginView.as_view()))
    urlpatterns.append(path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")))
    call_command("migrate", verbosity=0)
    for one in people():
        User.objects.create_user(one["username"], password=one["password"])
    get_application_model().objects.create(
        client_id=CLIENT,
        client_secret=SECRET,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        redirect_uris=" ".join(CALLBACKS),
        algorithm="RS256",
        skip_authorization=True,
    )
    with make_server("localhost", PORT, get_wsgi_application(), server_class=Server, handler_class=Quiet) as server:
        print(ISSUER, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
