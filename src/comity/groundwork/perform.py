"""Acts by name, with arguments as JSON: how the command line and the API call the same functions that pages call."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any, get_type_hints

from django.db import models
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from comity.groundwork.acts import ACTS, Actor
from comity.groundwork.refusals import NotFound, Refused


@cache
def arguments_of(name: str) -> type[BaseModel]:
    """The arguments of an act as a model that checks them; `by` is left out, it is whoever acts."""
    does = ACTS[name].does
    hints = get_type_hints(does)
    fields: dict[str, Any] = {
        key: (hints[key], ... if parameter.default is inspect.Parameter.empty else parameter.default)
        for key, parameter in inspect.signature(does).parameters.items()
        if key != "by"
    }
    title = "".join(word.capitalize() for word in name.replace(".", "_").split("_"))
    return create_model(title, __config__=ConfigDict(extra="forbid"), __doc__=ACTS[name].summary, **fields)


def perform(name: str, by: Actor, arguments: dict[str, Any]) -> dict[str, Any] | None:
    """Do an act by name; the id of what it made, if it made something. Raises Refused with the argument that is at fault."""
    if name not in ACTS:
        raise NotFound(_("There is no act “%(name)s”.") % {"name": name})
    try:
        checked = arguments_of(name).model_validate(arguments)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refused(
            _("%(where)s: %(what)s.") % {"where": where or name, "what": first["msg"]}, field=where
        ) from error
    given = {key: getattr(checked, key) for key in arguments_of(name).model_fields}
    made = ACTS[name].call(by=by, **given)
    return {"id": made.pk} if isinstance(made, models.Model) else {"id": made} if isinstance(made, str) else None
