"""Enrols a counselor's phone: an operator invites, the counselor uses the token once, the operator confirms.

A token says nothing about who holds the phone, so nothing counts before the confirmation. What a wrong token hears
is what a stranger hears (`strangers.py`).
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from bot.domain.enrolment import CODE_LENGTH, CODE_LETTERS, LIFE
from bot.services.context import Context, Job
from bot.services.outbox import unit
from bot.store import counselors, enrolments
from bot.store.database import Tx
from bot.store.enrolments import Enrolment


class EnrolmentProblem(ValueError):
    """What an operator asked for cannot be done; the text says why and what to do."""


@dataclass(frozen=True)
class Invitation:
    """The token, shown once and stored hashed, and until when it counts."""

    token: str
    expires_at: datetime


async def invite(context: Context, counselor_id: str, channel: str) -> Invitation:
    """Make a token for this counselor's phone on this channel. An earlier one stops counting."""
    buttons = context.channels[channel].traits.buttons
    token = (
        secrets.token_urlsafe(32)
        if buttons
        else "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    )
    async with context.database.transaction() as tx:
        expires_at = context.clock.now() + LIFE
        hashed = enrolments.token_hash(tx, channel, token)
        await enrolments.begin(tx, counselor_id, channel, hashed, expires_at)
    return Invitation(token, expires_at)


async def claim(tx: Tx, now: datetime, channel: str, address: str, token: str) -> Enrolment | None:
    """The invitation this token opens, now bound to this address until confirmed. None for any other token.

    Every open one is compared, in constant time. A token that was used counts again for the same address alone.
    """
    given, mine = enrolments.token_hash(tx, channel, token), tx.vault.hash_address(channel, address)
    found = None
    for enrolment in await enrolments.open_on(tx, channel, now):
        if hmac.compare_digest(enrolment.token_hash, given):
            found = enrolment
    if found is None or (found.claimed and found.address_hash != mine):
        return None
    if not found.claimed:
        await enrolments.claim(tx, found, address, now)
    return found


def check_number(tx: Tx, enrolment_id: int) -> str:
    """Four digits that the counselor reads on their phone and tells the operator: so the right phone is confirmed."""
    hashed = tx.vault.hash_address("enrolment check", str(enrolment_id))
    return f"{int.from_bytes(hashed[:4]) % 10_000:04d}"


async def confirm(context: Context, counselor_id: str, number: str) -> None:
    """Bind the phone that used the invitation. Raises EnrolmentProblem; a wrong number ends the invitation."""
    async with unit(context) as work:
        await counselors.lock(work.tx, counselor_id)
        claimed = await enrolments.claimed_of(work.tx, counselor_id)
        if claimed is None:
            raise EnrolmentProblem("Nobody has used the invitation yet, or it has ended. Invite them again.")
        enrolment, address = claimed
        right = hmac.compare_digest(check_number(work.tx, enrolment.id), number.strip())
        taken_by = await counselors.find_by_address(work.tx, enrolment.channel, address)
        await enrolments.end_all(work.tx, counselor_id)
        if right and taken_by in (None, counselor_id):
            await counselors.bind(work.tx, counselor_id, enrolment.channel, address)
            await work.to_counselor(await counselors.read(work.tx, counselor_id), "enrolled")
            return
    if not right:
        raise EnrolmentProblem(
            "That is not the number on their phone. The invitation has ended: invite them again."
        )
    raise EnrolmentProblem("That phone belongs to another counselor. Revoke it there first.")


async def revoke(context: Context, counselor_id: str, *, remove: bool = False) -> None:
    """From now on nothing reaches this counselor and nothing of theirs reaches a client.

    Their offers end and their conversations go back to the ladder, by a job that stands or falls with this.
    """
    async with context.database.transaction() as tx:
        await counselors.lock(tx, counselor_id)
        await enrolments.end_all(tx, counselor_id)
        await counselors.unbind(tx, counselor_id, removed_at=context.clock.now() if remove else None)
        await context.jobs.add(tx, gone_job(counselor_id))


def gone_job(counselor_id: str) -> Job:
    """The job that passes on what somebody held who can no longer be reached (`gone.py`)."""
    return Job("staff_gone", {"counselor_id": counselor_id}, priority=8)
