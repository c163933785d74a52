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

from comity.site.catalogues import compiled, lent
from comity.site.configuration import database, flag, mail, secret, words
from comity.site.oidc.configuration import for_allauth, logins, origins
from comity.site.static import keep_for_ever

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
COMITY_TRANSLATION_URL = os.environ.get("COMITY_TRANSLATION_URL", "")
COMITY_TRANSLATION_KEY = os.environ.get("COMITY_TRANSLATION_KEY", "")
COMITY_CHROMIUM = os.environ.get("COMITY_CHROMIUM", "")
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
    "comity.office.consultations",
    "comity.office.meetings",
    "comity.office.decisions",
]
INSTALLED_APPS = [
    "comity.groundwork",
    *OFFICES,
    "comity.site.apps.SiteConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "comity.site.oidc",
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
    "django.middleware.gzip.GZipMiddleware",
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
FORM_RENDERER = "comity.site.rendering.Renderer"
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

# --- accounts: how people sign in (docs/accounts.md) ---

AUTH_USER_MODEL = "groundwork.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "comity.site.passwords.Unlike", "OPTIONS": {"user_attributes": ("name", "email")}},
    {"NAME": "comity.site.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "comity.site.passwords.Uncommon"},
]
COMITY_OPEN_SIGNUP = flag("COMITY_OPEN_SIGNUP", default=True)
COMITY_REQUIRE_SECOND_FACTOR = flag("COMITY_REQUIRE_SECOND_FACTOR", default=not LOCAL_ONLY)
COMITY_OIDC = logins(os.environ.get("COMITY_OIDC", ""), COMITY_DATA)
# Where mails lead. Without it: to where the page was asked for.
COMITY_ADDRESS = os.environ.get("COMITY_ADDRESS", "").rstrip("/")
if not COMITY_ADDRESS and HTTPS and ALLOWED_HOSTS[0] != "*":
    COMITY_ADDRESS = f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "comity.site.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "comity.site.account_forms.LoginForm",
    "signup": "comity.site.account_forms.SignupForm",
    "add_email": "comity.site.account_forms.AddEmailForm",
    "change_password": "comity.site.account_forms.ChangePasswordForm",
    "set_password": "comity.site.account_forms.SetPasswordForm",
    "reset_password": "comity.site.account_forms.ResetPasswordForm",
    "reset_password_from_key": "comity.site.account_forms.ResetPasswordKeyForm",
    "reauthenticate": "comity.site.account_forms.ReauthenticateForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "comity.site.accounts.displayed"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_RATE_LIMITS = {"signup": "20/10m/ip", "reset_password": "20/m/ip,5/h/key"}
MFA_ADAPTER = "comity.site.accounts.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "comity.site.account_forms.AuthenticateForm",
    "reauthenticate": "comity.site.account_forms.ReauthenticateByCodeForm",
    "activate_totp": "comity.site.account_forms.ActivateTOTPForm",
    "add_webauthn": "comity.site.account_forms.AddPasskeyForm",
    "edit_webauthn": "comity.site.account_forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "comity.site.accounts.MinistryAdapter"
SOCIALACCOUNT_FORMS = {"signup": "comity.site.account_forms.MinistrySignupForm"}
SOCIALACCOUNT_PROVIDERS = for_allauth(COMITY_OIDC)
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
if flag("COMITY_BEHIND_PROXY"):
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
if HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
# What counts attempts. One server is all there is on SQLite, so its memory is enough, and attempts cost the database nothing.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "comity_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
    if os.environ.get("COMITY_DATABASE_URL")
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

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
LOCALE_PATHS = [compiled(HERE / "locale", COMITY_DATA / "locale"), *lent(COMITY_DATA / "locale")]
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
        "form-action": [SELF, *origins(COMITY_OIDC)],
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
WHITENOISE_ADD_HEADERS_FUNCTION = keep_for_ever
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
    "filters": {"discreet": {"()": "comity.site.discreet.WithoutKeys"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["discreet"]}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("COMITY_LOG_LEVEL", "WARNING").upper()},
}
