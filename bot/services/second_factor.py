"""An authenticator app as a second factor (RFC 6238): set up by who wants one, asked for at every later sign-in."""

from dataclasses import dataclass
from datetime import datetime

import pyotp

from bot.domain import signing_in as rules
from bot.domain.access import Action
from bot.services.allowed import allow, recorded
from bot.services.context import Context
from bot.store import counselors, sign_ins
from bot.store.sign_ins import SecondFactor

STEP_SECONDS = 30


@dataclass(frozen=True)
class Setup:
    """What an authenticator needs: the secret as text, and as an address that a picture can carry."""

    secret: str
    address: str


def fits(factor: SecondFactor, typed: str, now: datetime) -> int | None:
    """The step whose code this is: now, the one before or after. None for a wrong code, and for one used before."""
    right = None
    current = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(factor.secret, interval=STEP_SECONDS)
    for step in (current - 1, current, current + 1):
        if rules.same(totp.at(step * STEP_SECONDS), typed) and step > factor.last_step:
            right = step
    return right


async def has_second_factor(context: Context, counselor_id: str) -> bool:
    async with context.database.transaction() as tx:
        factor = await sign_ins.second_factor_of(tx, counselor_id)
    return factor is not None and factor.confirmed


async def begin_second_factor(context: Context, counselor_id: str) -> Setup | None:
    """A secret to put into an app; nothing is asked for before `confirm`. None when there is one already."""
    async with context.database.transaction() as tx:
        factor = await sign_ins.second_factor_of(tx, counselor_id)
        if factor is not None and factor.confirmed:
            return None
        secret = factor.secret if factor else pyotp.random_base32()
        if factor is None:
            await sign_ins.set_second_factor(tx, counselor_id, secret)
        person = await counselors.read(tx, counselor_id)
    issuer = f"Warmline {context.clinic.short_name}"
    return Setup(secret, pyotp.TOTP(secret).provisioning_uri(name=person.name, issuer_name=issuer))


async def confirm_second_factor(context: Context, counselor_id: str, typed: str) -> bool:
    """Switch it on with a first code of the app. False when the code does not fit."""
    now = context.clock.now()
    async with context.database.transaction() as tx:
        factor = await sign_ins.second_factor_of(tx, counselor_id)
        step = fits(factor, rules.digits_in(typed), now) if factor and not factor.confirmed else None
        if step is None:
            return False
        await sign_ins.confirm_second_factor(tx, counselor_id, step, now)
        await recorded(tx, counselor_id, "second_factor:on")
        return True


async def remove_second_factor(context: Context, counselor_id: str, of: str, typed: str = "") -> bool:
    """Switch one's own off with a code of it, or, for who may end others' sessions, somebody else's."""
    now = context.clock.now()
    async with context.database.transaction() as tx:
        if of != counselor_id:
            await allow(tx, counselor_id, Action.SIGN_OUT_OTHERS)
        else:
            factor = await sign_ins.second_factor_of(tx, of)
            if factor is None or fits(factor, rules.digits_in(typed), now) is None:
                return False
        removed = await sign_ins.remove_second_factor(tx, of)
        await recorded(tx, counselor_id, "second_factor:off", f"of={of}")
        return removed
