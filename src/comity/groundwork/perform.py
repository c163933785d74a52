"""Acts by name, with arguments as JSON: how the command line and the API call the same functions that pages call.

Bytes are given in base64, things as `kind:id`. Whatever is no sound text (half a character; a NUL, which databases do not keep alike)
is refused here, once for all acts, as Django's forms refuse it for pages.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, get_type_hints

from django.db import models
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError, WithJsonSchema, create_model

from comity.groundwork.acts import ACTS, Actor
from comity.groundwork.refs import Ref
from comity.groundwork.refusals import NotFound, Refused


def _thing(written: Any) -> Ref:
    if not isinstance(written, str):
        raise ValueError("write kind:id")
    return Ref.parse(written)


_REF = Annotated[
    Ref, PlainValidator(_thing), WithJsonSchema({"type": "string", "description": "A thing, as `kind:id`."})
]
_GIVEN: dict[Any, Any] = {Ref: _REF, Ref | None: _REF | None}
"""Types of arguments that are given in another form than their own."""


@cache
def arguments_of(name: str) -> type[BaseModel]:
    """The arguments of an act as a model that checks them; `by` is left out, it is whoever acts."""
    does = ACTS[name].does
    hints = get_type_hints(does)
    taken: dict[str, Any] = {
        key: (
            _GIVEN.get(hints[key], hints[key]),
            ... if parameter.default is inspect.Parameter.empty else parameter.default,
        )
        for key, parameter in inspect.signature(does).parameters.items()
        if key != "by"
    }
    title = "".join(word.capitalize() for word in name.replace(".", "_").split("_"))
    config = ConfigDict(extra="forbid", val_json_bytes="base64", ser_json_bytes="base64")
    return create_model(title, __config__=config, __doc__=ACTS[name].summary, **taken)


def perform(name: str, by: Actor, arguments: dict[str, Any]) -> dict[str, Any] | None:
    """Do an act by name; the id of what it made, if it made something. Raises Refused with the argument that is at fault."""
    if name not in ACTS:
        raise NotFound(_("There is no act “%(name)s”.") % {"name": name})
    try:
        checked = arguments_of(name).model_validate(arguments)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])[:200]
        raise Refused(
            _("%(where)s: %(what)s.") % {"where": where or name, "what": first["msg"]}, field=where
        ) from error
    return carry_out(name, by, checked)


def carry_out(name: str, by: Actor, checked: BaseModel) -> dict[str, Any] | None:
    """Do an act with arguments that `arguments_of` has checked; like `perform`."""
    given = {key: getattr(checked, key) for key in arguments_of(name).model_fields}
    for key, value in given.items():
        _refuse_unsound(value, key)
    made = ACTS[name].call(by=by, **given)
    if isinstance(made, models.Model):
        return {"id": str(made.pk)}
    return {"id": made} if isinstance(made, str) else None


_UNSOUND = re.compile("[\0\ud800-\udfff]")
DEEPEST = 20
"""Lists and mappings within each other. Nothing that an act takes needs half as many."""


def _refuse_unsound(value: Any, where: str, depth: int = 0) -> None:
    if isinstance(value, str):
        if _UNSOUND.search(value):
            raise Refused(_("This text holds a character that is none: write it anew."), field=where)
    elif depth > DEEPEST:
        raise Refused(_("This is nested too deeply."), field=where)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _refuse_unsound(key, where, depth + 1)
            _refuse_unsound(inner, where, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_unsound(inner, where, depth + 1)
    elif is_dataclass(value) and not isinstance(value, type):
        for inner in fields(value):
            _refuse_unsound(getattr(value, inner.name), where, depth + 1)
