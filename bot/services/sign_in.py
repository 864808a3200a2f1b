"""Signs people in to the desk: a one-time code on the enrolled phone, a second factor for who has one, a session.

Whether somebody of a name works here cannot be told from outside: both cases do the same work and say the same.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

import structlog

from bot.domain import signing_in as rules
from bot.services.context import Context, Job
from bot.services.second_factor import fits
from bot.services.staff_phones import send_login_code
from bot.store import audit, counselors, sessions, sign_ins
from bot.store.database import Tx
from bot.store.sign_ins import SignIn

log = structlog.get_logger("sign_in")


class Step(Enum):
    """What follows from something that was typed in."""

    IN = auto()
    SECOND_FACTOR = auto()
    WRONG = auto()
    OVER = auto()


@dataclass(frozen=True)
class Entered:
    """Where a try to sign in stands; `token` is the new session's, only when it led in."""

    step: Step
    token: str = ""


async def ask_for_code(context: Context, name: str, origin: str) -> str:
    """Begin to sign in. Returns the token of this try, whoever asks and whether or not a code follows."""
    token, now = rules.new_token(), context.clock.now()
    async with context.database.transaction() as tx:
        name_hash, origin_hash = _hash(tx, "name", _plain(name)), _hash(tx, "origin", origin)
        found = await _of_name(tx, name)
        since = now - rules.WINDOW
        of_name = await sign_ins.wrong_tries(tx, name_hash, since)
        allowed = rules.may_ask(of_name, await sign_ins.asked_from(tx, origin_hash, since))
        made = await sign_ins.begin(
            tx,
            token_hash=rules.hashed(token),
            name_hash=name_hash,
            origin_hash=origin_hash,
            counselor_id=found if allowed else None,
            now=now,
        )
        await context.jobs.add(tx, Job("sign_in_code", {"sign_in_id": made}, priority=8))
    if not allowed:
        log.warning("sign_in.limited", sign_in_id=made)
    return token


async def send_code(context: Context, sign_in_id: int) -> None:
    """Make the code of one try and text it to the enrolled phone, once. For an unknown name nothing happens."""
    async with context.database.transaction() as tx:
        counselor_id = await sign_ins.counselor_of(tx, sign_in_id)
        if counselor_id is None:
            return
        code = rules.new_code()
        await sign_ins.change(tx, sign_in_id, code_hash=_code_hash(tx, sign_in_id, code))
    await send_login_code(context, counselor_id, code)


async def enter_code(context: Context, token: str, typed: str) -> Entered:
    """Try a code. Five wrong ones end this try; ten in a quarter of an hour lock the name out."""
    now = context.clock.now()
    async with context.database.transaction() as tx:
        found = await _open(tx, token, now)
        if found is None:
            return Entered(Step.OVER)
        right = rules.same(found.code_hash or b"no code", _code_hash(tx, found.id, rules.digits_in(typed)))
        if not right or found.counselor_id is None or found.passed:
            return await _wrong(tx, found)
        factor = await sign_ins.second_factor_of(tx, found.counselor_id)
        if factor is not None and factor.confirmed:
            await sign_ins.change(tx, found.id, passed_at=now)
            return Entered(Step.SECOND_FACTOR)
        return await _let_in(tx, found, now)


async def enter_second_factor(context: Context, token: str, typed: str) -> Entered:
    """Try the authenticator's code, after the texted one was right."""
    now = context.clock.now()
    async with context.database.transaction() as tx:
        found = await _open(tx, token, now)
        if found is None or not found.passed or found.counselor_id is None:
            return Entered(Step.OVER)
        factor = await sign_ins.second_factor_of(tx, found.counselor_id)
        step = fits(factor, rules.digits_in(typed), now) if factor else None
        if step is None:
            return await _wrong(tx, found)
        await sign_ins.confirm_second_factor(tx, found.counselor_id, step, now)
        return await _let_in(tx, found, now)


async def _open(tx: Tx, token: str, now: datetime) -> SignIn | None:
    """The try of this token while it still counts."""
    found = await sign_ins.lock_open(tx, rules.hashed(token))
    if found is None or now - found.asked_at > rules.CODE_LIFE or found.wrong >= rules.TRIES_A_CODE:
        return None
    wrong = sum(await sign_ins.wrong_tries(tx, found.name_hash, now - rules.WINDOW))
    return None if wrong >= rules.WRONG_A_NAME else found


async def _wrong(tx: Tx, found: SignIn) -> Entered:
    await sign_ins.change(tx, found.id, wrong=found.wrong + 1)
    log.warning("sign_in.wrong", sign_in_id=found.id, tries=found.wrong + 1)
    return Entered(Step.WRONG if found.wrong + 1 < rules.TRIES_A_CODE else Step.OVER)


async def _let_in(tx: Tx, found: SignIn, now: datetime) -> Entered:
    assert found.counselor_id is not None
    person = await counselors.read(tx, found.counselor_id)
    if not person.active:
        return Entered(Step.OVER)
    token = rules.new_token()
    await sign_ins.change(tx, found.id, used_at=now)
    await sessions.begin(tx, rules.hashed(token), person.id, now, now + rules.LONGEST)
    await audit.record(tx, "signed_in", actor="counselor", actor_id=person.id)
    await sign_ins.purge(tx, now - 4 * rules.WINDOW)
    await sessions.purge(tx, now)
    return Entered(Step.IN, token)


async def _of_name(tx: Tx, typed: str) -> str | None:
    """The one person of this name, or at this enrolled number. Two of one name are nobody: enrol another name."""
    people = await counselors.roster(tx)
    named = [person.id for person in people if _plain(person.name) == _plain(typed)]
    number = "".join(c for c in typed if c.isdigit() or c == "+")
    for channel in sorted({person.channel for person in people}):
        at_number = await counselors.find_by_address(tx, channel, number or "-")
        named += [at_number] if at_number else []
    return named[0] if len(named) == 1 else None


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _hash(tx: Tx, kind: str, value: str) -> bytes:
    """Keyed, and of one length whatever was typed."""
    return tx.vault.hash_address(
        f"sign-in {kind}", hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
    )


def _code_hash(tx: Tx, sign_in_id: int, code: str) -> bytes:
    return _hash(tx, "code", f"{sign_in_id}:{code}")
