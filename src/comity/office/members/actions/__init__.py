"""Acts of the members office, by subject. The only files here that write. Importing this makes every act known."""

from comity.office.members.actions.blocs import end_opt_out, join_bloc, leave_bloc, opt_out
from comity.office.members.actions.contests import contest_status, settle_contest
from comity.office.members.actions.declarations import declare, object_to, withdraw_declaration, withdraw_objection
from comity.office.members.actions.delegations import (
    begin_terms,
    examine_credential,
    name_delegate,
    recall_delegate,
    receive_credential,
)
from comity.office.members.actions.dues import assess_dues, record_payment
from comity.office.members.actions.importing import ImportRefused, import_register
from comity.office.members.actions.parties import change_party, merge_parties, register_party, strike_entry
from comity.office.members.actions.status import (
    correct_status,
    record_status,
    record_succession,
    retract_status,
)

__all__ = [
    "ImportRefused",
    "assess_dues",
    "begin_terms",
    "change_party",
    "contest_status",
    "correct_status",
    "declare",
    "end_opt_out",
    "examine_credential",
    "import_register",
    "join_bloc",
    "leave_bloc",
    "merge_parties",
    "name_delegate",
    "object_to",
    "opt_out",
    "recall_delegate",
    "receive_credential",
    "record_payment",
    "record_status",
    "record_succession",
    "register_party",
    "retract_status",
    "settle_contest",
    "strike_entry",
    "withdraw_declaration",
    "withdraw_objection",
]
