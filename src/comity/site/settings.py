"""Settings of an installation, read from the environment. Each has its heading in docs/operating.md; there is no other place.

Everything that an installation owns lies in one folder, `COMITY_DATA`: the database (unless PostgreSQL is named), files, secrets.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from comity.site.configuration import database, flag, mail, secret, words
from comity.site.words import compiled

HERE = Path(__file__).resolve().parent

COMITY_DATA = Path(os.environ.get("COMITY_DATA") or "comity-data").resolve()
COMITY_DATA.mkdir(parents=True, exist_ok=True)

# --- production, unless it is the demonstration: which lives in a folder of its own, marked when it was founded ---

COMITY_DEMO = (COMITY_DATA / "DEMONSTRATION").exists() and flag("COMITY_DEMO")
ALLOWED_HOSTS = words("COMITY_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
LOCAL_ONLY = set(ALLOWED_HOSTS) <= {"localhost", "127.0.0.1", "[::1]", "testserver"}
if flag("COMITY_DEMO") and not LOCAL_ONLY:
    raise ImproperlyConfigured(
        "COMITY_DEMO lets anybody sign in as anybody, so it works on this machine only: unset COMITY_DEMO or COMITY_HOSTS."
    )
DEBUG = False
COMITY_LOG_ORIGIN = os.environ.get("COMITY_LOG_ORIGIN", "")
SECRET_KEY = secret(COMITY_DATA, "django")
HTTPS = flag("COMITY_HTTPS", default=not LOCAL_ONLY)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []
if HTTPS and flag("COMITY_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- what it is made of: offices in the order in which they may use each other ---

OFFICES = [
    "comity.office.records",
    "comity.office.charter",
    "comity.office.members",
]
INSTALLED_APPS = [
    "comity.groundwork",
    *OFFICES,
    "comity.site.apps.SiteConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "comity.site.middleware.ReaderPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "comity.site.middleware.WhoActs",
]
ROOT_URLCONF = "comity.site.urls"
ASGI_APPLICATION = "comity.site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "comity.site.context.page",
            ],
            "builtins": ["comity.site.templatetags.comity", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- the database ---

DATABASES: dict[str, dict[str, Any]] = {"default": database(os.environ.get("COMITY_DATABASE_URL", ""), COMITY_DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people ---

AUTH_USER_MODEL = "groundwork.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- languages ---

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", _("Arabic")),
    ("en", _("English")),
    ("es", _("Spanish")),
    ("fr", _("French")),
    ("ru", _("Russian")),
    ("zh", _("Chinese")),
]
LOCALE_PATHS = [compiled(HERE / "locale", COMITY_DATA / "locale")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- headers ---

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REDIRECT_EXEMPT = [r"^health$"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- static files, mail, messages, log ---

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "comity.site.static.HashedFiles"},
}
vars().update(mail(os.environ.get("COMITY_MAIL_URL", ""), COMITY_DATA))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("COMITY_MAIL_FROM", "secretariat@localhost")
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("COMITY_LOG_LEVEL", "WARNING").upper()},
}
