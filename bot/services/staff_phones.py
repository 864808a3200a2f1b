"""Counselors' phones that say STOP or START, or block us: who cannot be reached counts nowhere until they are back."""

from bot.domain.consent import OPT_IN_WORDS, OPT_OUT_WORDS, Keyword
from bot.services.context import Context
from bot.services.enrolment import gone_job
from bot.services.ladder import offer_again
from bot.services.outbox import Unit, unit
from bot.store import counselors, messages
from bot.store.messages import Message

_CLOSED, _OPEN = ("blocked", Keyword.OPT_OUT), ("unblocked", Keyword.OPT_IN)


async def stops_or_starts(context: Context, message: Message) -> bool:
    """Deal with a counselor's STOP or START, and with whatever comes from a phone that is closed. False: go on.

    Only the carrier's own words count, on lines of text messages: there the carrier has acted on them already.
    """
    assert message.counselor_id is not None
    traits, back = context.channels[message.channel].traits, False
    async with unit(context) as work:
        counselor = await counselors.lock(work.tx, message.counselor_id)
        word = "" if traits.buttons else message.text.strip().lower()
        if message.kind in _CLOSED or word in OPT_OUT_WORDS:
            if not (traits.buttons or traits.answers_keywords):
                await work.to_counselor(counselor, "staff_stopped", kind="consent")
            await phone_is_closed(work, counselor.id)
        elif counselor.opted_out and (message.kind in _OPEN or word in (*OPT_IN_WORDS, "yes")):
            back = True
            await counselors.set_opted_out(work.tx, counselor.id, None)
            await work.to_counselor(await counselors.read(work.tx, counselor.id), "back")
        elif counselor.on_staff:
            return False
        await messages.finish(work.tx, message.id, "phone", context.clock.now())
    if back:
        await offer_again(context)
    return True


async def phone_is_closed(work: Unit, counselor_id: str) -> None:
    """Nothing can be sent there any more: they are eligible nowhere, what they held is passed on, supervisors hear it."""
    if (await counselors.read(work.tx, counselor_id)).opted_out:
        return
    await counselors.set_opted_out(work.tx, counselor_id, work.context.clock.now())
    await work.context.jobs.add(work.tx, gone_job(counselor_id))
    for counselor in await counselors.roster(work.tx):
        if counselor.supervisor and counselor.id != counselor_id:
            await work.to_counselor(counselor, "alert_phone_closed")


async def send_login_code(context: Context, counselor_id: str, code: str) -> bool:
    """Text a login code for the desk to the counselor's enrolled phone. False when they have none that takes texts."""
    async with unit(context) as work:
        counselor = await counselors.read(work.tx, counselor_id)
        return await work.to_counselor(counselor, "login_code", code=code) is not None
