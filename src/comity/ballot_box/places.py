"""Where one participant stands on the map, from their own answers and what the follower left beside the latest version.

What is left is the held basis: the model that places people and the density of opinion with its groups. It is packed as plain
arrays, so that any process can tell a place without everybody's votes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from comity.ballot_box.answers import Answer
from comity.opinion import Basis, Statement, Votes
from comity.opinion import model as response
from comity.opinion.cells import GRID, on_grid, plane_of
from comity.opinion.groups import Mixture, by_group, toward


@dataclass(frozen=True, slots=True)
class Place:
    """x, y: as in the cells of the map. group: its letter, None where the map shows no groups."""

    x: float
    y: float
    group: str | None


def packed_places(basis: Basis, statement_ids: Sequence[int], groups: Sequence[str]) -> bytes:
    """What `place_on` needs. statement_ids (n_statements,): as in the basis; groups: letters of the groups on the map."""
    mixture = basis.grouping.mixture
    out = io.BytesIO()
    np.savez(
        out,
        statements=np.array(statement_ids, dtype=np.int64),
        groups=np.array(list(groups), dtype="U2"),
        means=basis.model.means,
        covariances=basis.model.covariances,
        active=basis.model.active,
        shares=mixture.shares,
        centres=mixture.centres,
        covariance=mixture.covariance,
        group_of=mixture.group_of,
    )
    return out.getvalue()


def place_on(held: bytes, answers: Sequence[Answer]) -> Place | None:
    """Where somebody with these answers stands; None if they have no place."""
    with np.load(io.BytesIO(held), allow_pickle=False) as arrays:
        a = dict(arrays)
    columns = {number: j for j, number in enumerate(a["statements"].tolist())}
    known = [answer for answer in answers if answer.statement in columns and answer.vote is not None]
    votes = Votes.from_events(
        np.zeros(len(known), dtype=np.int64),
        np.array([answer.statement for answer in known], dtype=np.int64),
        np.array([answer.vote for answer in known], dtype=np.int8),
        statements=[Statement(number) for number in columns],
        participants=[0],
    )
    mixture = Mixture(a["shares"], a["centres"], a["covariance"], a["group_of"])
    model = response.ResponseModel(a["means"], a["covariances"], a["active"])
    found = response.place(votes, model)
    if not found.placed[0]:
        return None
    state, components = toward(found, mixture)
    at = on_grid(response.Positions(state, found.placed).means)
    x, y = (plane_of(at)[0] / GRID).tolist()
    group = int(by_group(components, mixture)[0].argmax())
    letters = a["groups"].tolist()
    if len(letters) == mixture.n_groups:
        return Place(x, y, letters[group])
    return Place(x, y, letters[0] if letters else None)  # groups too small to be shown are one
