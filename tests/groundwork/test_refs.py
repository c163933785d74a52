"""References: written as events write them, and nothing else is one."""

from __future__ import annotations

import pytest

from comity.groundwork.refs import Ref


def test_what_is_written_is_read_back() -> None:
    ref = Ref("members.party", "01M7T54PC0ST68T134JWRWQKPE")
    assert Ref.parse(str(ref)) == ref


@pytest.mark.parametrize(
    "written",
    [
        "",
        ":",
        "kind",
        "kind:",
        ":id",
        "{{ 7|add:7 }}",
        "kind:id:more",
        "Kind:id",
        "kind:i d",
        "kind:id\n",
        "kind:\u202eid",
    ],
)
def test_what_no_event_could_name_is_refused_before_anything_is_recorded(written: str) -> None:
    with pytest.raises(ValueError, match="write kind:id"):
        Ref.parse(written)
