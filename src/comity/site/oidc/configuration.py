"""Which logins of ministries may be used here: a JSON file in the data folder, checked whole when the server starts.

Trust is given for domains, not for a login as such: a ministry can vouch for addresses of its own, and never for those of the
secretariat or of another ministry.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

LOCAL = {"localhost", "127.0.0.1", "::1"}


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL):
        return url.rstrip("/")
    raise ValueError("write an address that begins with https://")


Address = Annotated[str, AfterValidator(_address)]
Words = Annotated[str, Field(min_length=1, max_length=191)]


class Login(BaseModel):
    """A ministry's login. issuer: as it names itself in its discovery document. trusted_domains: whose verified addresses count as verified
    here. registers: whether it may register people whom nobody registered before. sign_in_origin: where its pages are, if not at
    the issuer's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,50}$")]
    name: Words
    issuer: Address
    client_id: Words
    client_secret: Words
    trusted_domains: list[Annotated[str, Field(pattern=r"^[a-z0-9.-]+\.[a-z0-9-]+$")]] = []
    registers: bool = False
    sign_in_origin: Address | None = None


def logins(name: str, data: Path) -> list[Login]:
    """The logins that a file names; none if there is no name. Raises ImproperlyConfigured with the place and the mend."""
    if not name:
        return []
    path = data / name
    try:
        found = TypeAdapter(list[Login]).validate_json(path.read_bytes())
    except OSError as error:
        raise ImproperlyConfigured(f"COMITY_OIDC names {path}, which cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        # Without the cause: it would show the file's secrets.
        raise ImproperlyConfigured(f"{path}: {place or 'the file'}: {first['msg']}.") from None
    ids = [login.id for login in found]
    if len(set(ids)) < len(ids):
        raise ImproperlyConfigured(f"{path}: two logins have the same id.")
    return found


def for_allauth(found: list[Login]) -> dict[str, Any]:
    """The same as allauth's setting takes it."""
    apps = [
        {
            "provider_id": login.id,
            "name": login.name,
            "client_id": login.client_id,
            "secret": login.client_secret,
            "settings": {
                "server_url": login.issuer,
                "oauth_pkce_enabled": True,
                "email_authentication": bool(login.trusted_domains),
                "trusted_domains": login.trusted_domains,
                "registers": login.registers,
            },
        }
        for login in found
    ]
    return {"ministry": {"APPS": apps}}


def origins(found: list[Login]) -> list[str]:
    """Where a form that leads to these logins may send people."""
    addresses = (urlsplit(login.sign_in_origin or login.issuer) for login in found)
    return sorted({f"{parts.scheme}://{parts.netloc}" for parts in addresses})
