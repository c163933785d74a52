"""What the records office does by the clock: sign the head of the log when it grew, and ask the witnesses to cosign it.

A witness is asked outside any transaction. One that does not answer is asked again with growing pauses; what it said, and whether it
holds that the log contradicts itself, is shown on the page of checkpoints.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from comity.groundwork import jobs
from comity.groundwork.acts import system_actor
from comity.groundwork.refusals import Refused
from comity.ledger import LedgerError
from comity.ledger.note import Note
from comity.ledger.signing import read_public_key
from comity.ledger.witness import Refusal
from comity.ledger.witness_http import WitnessAnswerError, ask_witness
from comity.office.records import actions, proofs
from comity.office.records.models import Checkpoint, Cosignature, Witness, WitnessAnswer

logger = logging.getLogger(__name__)

EVERY = timedelta(seconds=60)
PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)


@jobs.recurring("records.checkpoint", EVERY)
def sign_what_grew(now: datetime) -> None:
    """Publish a checkpoint if anything happened since the last one, then ask the witnesses that have not cosigned it."""
    size, _root = proofs.head_now()
    if size and not Checkpoint.objects.filter(size=size).exists():
        actions.publish_checkpoint(by=system_actor(now))
    ask_witnesses(now)


@jobs.job(actions.ASK_WITNESSES)
def _ask() -> None:
    ask_witnesses(timezone.now(), at_once=True)


def ask_witnesses(now: datetime, *, at_once: bool = False) -> int:
    """Ask each witness that has an address for the newest checkpoint, unless it cosigned it or is to be left in peace for a while.

    at_once: without the pause. Returns how many were asked.
    """
    newest = proofs.latest()
    if newest is None:
        return 0
    asked = 0
    for witness in Witness.objects.filter(retired_at__isnull=True).exclude(url="").order_by("id"):
        held = Cosignature.objects.filter(witness=witness).order_by("-checkpoint_id").first()
        if held is not None and held.checkpoint_id >= newest.size:
            continue
        answer = WitnessAnswer.objects.filter(witness=witness).first()
        if at_once or answer is None or now >= answer.asked_at + pause(answer.failures):
            _ask_one(witness, newest, held.checkpoint_id if held else 0, now)
            asked += 1
    return asked


def pause(failures: int) -> timedelta:
    """How long a witness is left in peace after so many failures in a row."""
    return min(PAUSE * 2 ** min(failures - 1, 20), LONGEST_PAUSE) if failures else timedelta()


def _ask_one(witness: Witness, checkpoint: Checkpoint, old: int, now: datetime) -> None:
    by = system_actor(now)
    note = proofs.note_of(checkpoint)
    try:
        signed = ask_witness(witness.url, note, proofs.consistency, read_public_key(witness.key), old=old)
        cosigned = Note(note.text, signed).encode().decode()
        actions.add_cosignature(by=by, witness=witness.id, note=cosigned)
    except (LedgerError, Refused) as error:
        contradicts = isinstance(error, WitnessAnswerError) and error.answered in {
            Refusal.OTHER_SIZE,
            Refusal.INCONSISTENT,
        }
        logger.warning("witness %s did not cosign the checkpoint of size %d: %s", witness.name, checkpoint.size, error)
        actions.note_silence(by=by, witness=witness.id, said=str(error), contradicts=contradicts)
