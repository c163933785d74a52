"""The API against its own description: whatever fits it, or does not, is answered as it says, and never with an error of the program."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.site.stage import Stage, undone

schemathesis = pytest.importorskip("schemathesis", reason="the package schemathesis is not here: make setup")
pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HELD = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
"""What every answer is held to. That bad input is refused is held by the attacks on acts; some of it is read leniently on purpose."""
# The order in which examples come is the same in every run; each is tried on the organisation as it was.
COMMON: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
}


def description() -> Any:
    """The API as it describes itself, in this process."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


def held_to_its_description(stage: Stage, who: str | None, examples: int) -> None:
    """Try every route with what fits its description and what does not."""
    described = description()
    # Called in this process, no client unpacks what the site packs for browsers.
    headers = {"Accept-Encoding": "identity", **({"Authorization": f"Bearer {stage.keys[who]}"} if who else {})}
    checks = schemathesis.checks.CHECKS.get_by_names(HELD)
    tried = 0
    for found in described.get_all_operations():
        operation = found.ok()
        tried += 1
        modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
        strategies = [operation.as_strategy(generation_mode=mode) for mode in modes]

        @settings(max_examples=examples, **COMMON)
        @given(case=st.one_of(*strategies))
        def holds(case: Any) -> None:
            with undone():
                case.call_and_validate(headers=headers, checks=checks)

        holds()
    assert tried > 60


@pytest.mark.parametrize("who", ["secretary", None])
def test_every_route_answers_as_it_is_described(who: str | None, stage: Stage) -> None:
    held_to_its_description(stage, who, examples=2)


@pytest.mark.soak
@pytest.mark.parametrize("who", ["secretary", "nobody", None])
def test_every_route_answers_as_it_is_described_at_length(who: str | None, stage: Stage) -> None:
    held_to_its_description(stage, who, examples=300)
