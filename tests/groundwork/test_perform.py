"""Acts by name with JSON arguments: checked like a form, done like a page's."""

from __future__ import annotations

import pytest

from comity.groundwork.acts import ACTS, system_actor
from comity.groundwork.perform import arguments_of, perform
from comity.groundwork.refusals import NotFound, Refused
from comity.office.charter.models import Body

pytestmark = pytest.mark.django_db
NAME = {"original_language": "en", "wordings": {"en": {"text": "Council"}}}


def test_an_act_is_done_by_name_and_tells_what_it_made() -> None:
    made = perform("charter.establish_body", system_actor(), {"name": NAME, "established_on": "2026-07-16"})
    assert made is not None
    body = Body.objects.get(id=made["id"])
    assert str(body.name) == "Council"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"name": NAME, "established_on": "yesterday"}, "established_on"),
        ({"established_on": "2026-07-16"}, "name"),
        ({"name": NAME, "established_on": "2026-07-16", "by": "me"}, "by"),
        ({"name": "Council", "established_on": "2026-07-16"}, "name"),
    ],
)
def test_a_wrong_argument_is_named(arguments: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        perform("charter.establish_body", system_actor(), arguments)
    assert str(refused.value.field).startswith(field)
    assert not Body.objects.exists()


def test_there_is_no_other_act() -> None:
    with pytest.raises(NotFound):
        perform("charter.abolish_everything", system_actor(), {})


@pytest.mark.parametrize("name", sorted(ACTS))
def test_every_act_says_in_its_schema_what_it_takes(name: str) -> None:
    schema = arguments_of(name).model_json_schema()
    assert schema["description"]
    assert "by" not in schema.get("properties", {})
