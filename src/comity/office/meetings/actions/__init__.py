"""Acts of the meetings office, by subject. The only files here that write. Importing this makes every act known."""

from comity.office.meetings.actions.agenda import (
    add_item,
    change_item,
    cite_documents,
    conclude_item,
    drop_item,
    move_item,
    take_up_item,
)
from comity.office.meetings.actions.meetings import (
    cancel_meeting,
    change_meeting,
    change_seats,
    close_meeting,
    convene,
    open_meeting,
    resume_meeting,
    suspend_meeting,
    take_chair,
)
from comity.office.meetings.actions.points import (
    challenge_ruling,
    raise_point,
    record_challenge_settled,
    rule_on_point,
    settle_challenge,
    withdraw_point,
)
from comity.office.meetings.actions.presence import (
    challenge_quorum,
    note_presence,
    say_leaving,
    say_present,
    verify_quorum,
)

__all__ = [
    "add_item",
    "cancel_meeting",
    "challenge_quorum",
    "challenge_ruling",
    "change_item",
    "change_meeting",
    "change_seats",
    "cite_documents",
    "close_meeting",
    "conclude_item",
    "convene",
    "drop_item",
    "move_item",
    "note_presence",
    "open_meeting",
    "raise_point",
    "record_challenge_settled",
    "resume_meeting",
    "rule_on_point",
    "say_leaving",
    "say_present",
    "settle_challenge",
    "suspend_meeting",
    "take_chair",
    "take_up_item",
    "verify_quorum",
    "withdraw_point",
]
