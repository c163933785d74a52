"""Acts of the decisions office, by subject. The only files here that write. Importing this makes every act known."""

from comity.office.decisions.actions.casting import Entered, cast, correct, count_hands, enter_votes, explain
from comity.office.decisions.actions.consensus import (
    adopt_without_vote,
    dissociate,
    object_formally,
    withdraw_objection,
)
from comity.office.decisions.actions.deciding import carry_out
from comity.office.decisions.actions.election import (
    SeatsAsked,
    call_election,
    close_round,
    draw_lot,
    erase_candidate,
    open_round,
    put_forward,
    withdraw_candidature,
)
from comity.office.decisions.actions.electorate import end_qualification, qualify
from comity.office.decisions.actions.organs import name_organ
from comity.office.decisions.actions.question import PartAsked, amend, divide, put_to_vote, withdraw
from comity.office.decisions.actions.ruling import challenge, order_amendments, put_challenge, rule_on
from comity.office.decisions.actions.secret import (
    begin_secret_again,
    cancel_secret,
    cast_secret,
    count_secret,
    hand_papers,
    open_secret,
)
from comity.office.decisions.actions.silence import (
    break_silence,
    confirm_receipt,
    end_silences,
    extend_silence,
    open_silence,
    withdraw_break,
    withdraw_silence,
)
from comity.office.decisions.actions.vote import (
    announce,
    break_tie,
    close_vote,
    give_proxy,
    keep_time,
    open_vote,
    withdraw_proxy,
)

__all__ = [
    "Entered",
    "PartAsked",
    "SeatsAsked",
    "adopt_without_vote",
    "amend",
    "announce",
    "begin_secret_again",
    "break_silence",
    "break_tie",
    "call_election",
    "cancel_secret",
    "carry_out",
    "cast",
    "cast_secret",
    "challenge",
    "close_round",
    "close_vote",
    "confirm_receipt",
    "correct",
    "count_hands",
    "count_secret",
    "dissociate",
    "divide",
    "draw_lot",
    "end_qualification",
    "end_silences",
    "enter_votes",
    "erase_candidate",
    "explain",
    "extend_silence",
    "give_proxy",
    "hand_papers",
    "keep_time",
    "name_organ",
    "object_formally",
    "open_round",
    "open_secret",
    "open_silence",
    "open_vote",
    "order_amendments",
    "put_challenge",
    "put_forward",
    "put_to_vote",
    "qualify",
    "rule_on",
    "withdraw",
    "withdraw_break",
    "withdraw_candidature",
    "withdraw_objection",
    "withdraw_proxy",
    "withdraw_silence",
]
