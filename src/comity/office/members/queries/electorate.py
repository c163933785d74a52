"""Who decides, as the rules engine is told: members with their right to vote and their blocs, on any day.

Arrears are no group here: dues are for members only, and no right is lost by itself; whoever opens a vote states who has lost it.
"""

from __future__ import annotations

from datetime import date

from comity.office.charter.queries import Electorate, register_electorate, setting
from comity.office.members.names import name_of
from comity.office.members.queries.keys import in_blocs, key_of, listed
from comity.office.members.queries.parties import naming, parties
from comity.office.members.queries.status import picture
from comity.office.members.settings import RIGHTS
from comity.office.members.vocabulary import Membership, Reading, Right


def electorate(on: date) -> Electorate:
    """The members on a day, entitled where the register gives the right to vote. Contested facts do not count. Some eight queries."""
    seen, everybody = picture(on), parties()
    table, names = setting(RIGHTS).by_status, naming()
    entitled: dict[str, bool] = {}
    for one in everybody:
        standing = seen.standing(one.id, Reading.UNCONTESTED)
        votes = Right.VOTE in table.get(standing.status, ())
        if votes or standing.membership is not Membership.NO:
            entitled[one.id] = votes
    blocs = in_blocs(on, everybody)
    ids = {key_of(one): one.id for one in everybody if one.id in entitled}
    told = {one.id: name_of(one, names).text for one in everybody}
    by_name = {told[bloc]: frozenset(key for key, party in ids.items() if party in blocs[bloc]) for bloc in blocs}
    return Electorate(
        listed(everybody, entitled, blocs, on),
        {key: told[party] for key, party in ids.items()},
        {name: members for name, members in sorted(by_name.items()) if members},
        ids,
    )


register_electorate(electorate)
