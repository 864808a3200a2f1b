"""Queues texts in the caller's transaction and the jobs that send them. The one place that decides who may be sent to."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import func, select

from bot.domain.contact import Reach
from bot.domain.conversation import Conversation
from bot.domain.handoff import Handoff
from bot.domain.matching import Counselor
from bot.domain.options import Option
from bot.domain.sms_text import gsm7_clean
from bot.services.context import Context, Job
from bot.services.reaching import keep, way_for
from bot.store import conversations, messages
from bot.store.database import Tx

# What goes to a staff phone that may not show clients' words, instead of what would; None: nothing more than that.
WITHOUT_CONTENT: dict[str, str | None] = {
    "alert": "desk_alert",
    "alert_again": "desk_alert_again",
    "taken_you": "desk_taken",
    "taken_needs": None,
    "taken_context": None,
    "taken_note": None,
    "relay_client": "desk_open",
    "relay_unsure": "desk_open",
    "relay_flagged": "desk_open",
}

EXIT = Option("exit", "exit:now")  # a button that always counts; a number never means it
_WITH_EXIT = frozenset({"C1", "C11", "joined", "holding"})
CRISIS_KINDS = ("crisis", "plainer_crisis")  # help in danger, and the same in plainer words
CRISIS_FIRST = 100  # priority of crisis texts in a recipient's queue


def deliver_job(conversation_id: str | None, counselor_id: str | None, *, crisis: bool = False) -> Job:
    """The job that sends what is queued for one recipient. Its lock is apart from the conversation's own.

    In a crisis it goes before everything else that waits, for whomever.
    """
    recipient = counselor_id or conversation_id
    args = {"counselor_id": counselor_id} if counselor_id else {"conversation_id": conversation_id}
    return Job("deliver", args, lock=f"out:{recipient}", priority=20 if crisis else 5, one_waits=True)


@dataclass
class Unit:
    """One transaction and the texts it queues; the send jobs are added when it ends.

    answering: it deals with what a client wrote just now, so its texts to clients are answers. Every other text to a
    client goes only when it is safe, and is kept until then.
    """

    context: Context
    tx: Tx
    answering: bool = False
    jobs: dict[str, Job] = field(default_factory=dict)
    concerns_desk: bool = False

    async def to_client(
        self,
        conversation: Conversation,
        text_id: str,
        *,
        kind: str = "notice",
        handoff: Handoff | None = None,
        reply_to: int | None = None,
        line: str | None = None,
        **values: str,
    ) -> int | None:
        """Queue one of the reviewed texts for the client, in their language. None when they opted out: then
        nothing is sent."""
        text, options = self.context.texts.render(
            text_id, self.context.clinic, line=line, language=conversation.language, **values
        )
        offered = [Option(o.label, o.payload) for o in options]
        if text_id in _WITH_EXIT and self.context.channels[conversation.channel].traits.buttons:
            offered.append(EXIT)
        return await self.say(conversation, text, offered, kind=kind, handoff=handoff, reply_to=reply_to)

    async def say(
        self,
        conversation: Conversation,
        text: str,
        options: Sequence[Option] = (),
        *,
        author: str = "bot",
        kind: str = "answer",
        handoff: Handoff | None = None,
        reply_to: int | None = None,
    ) -> int | None:
        """Queue a text for the client; its options become the conversation's newest question."""
        if conversation.opted_out_at is not None:
            return None
        status = "queued"
        if not self.answering and kind != "gate":
            status = await self._way(conversation.id, of_counselor=author == "counselor" or kind == "joined")
        if author != "counselor":
            text = gsm7_clean(text)
            options = [Option(gsm7_clean(option.label), option.payload) for option in options]
        message_id = await messages.add_outgoing(
            self.tx,
            channel=conversation.channel,
            conversation_id=conversation.id,
            text=text,
            options=options,
            author=author,
            kind=kind,
            handoff_id=handoff.id if handoff else None,
            reply_to=reply_to,
            priority=CRISIS_FIRST if kind in CRISIS_KINDS else 0,
            status=status,
        )
        if status == "held":
            return message_id
        if asked := [option for option in options if option != EXIT]:
            await conversations.offer_options(self.tx, conversation.id, message_id, asked)
        self.concerns_desk = self.concerns_desk or handoff is not None
        self.send(deliver_job(conversation.id, None, crisis=kind == "crisis"))
        return message_id

    async def _way(self, conversation_id: str, *, of_counselor: bool) -> str:
        """The status of a text that answers nothing: queued, or held with the way prepared for it."""
        now = await conversations.read(self.tx, conversation_id)
        way = way_for(self.context, now, of_counselor=of_counselor)
        if way is Reach.SEND:
            return "queued"
        await keep(self.context, self.tx, now, of_bot=not of_counselor)
        if way in _FIRST and now.gate in (None, "held"):
            text_id, gate = _FIRST[way]
            await conversations.change(self.tx, conversation_id, gate=gate)
            await self.to_client(now, text_id, kind="gate")
        return "held"

    async def to_counselor(
        self,
        counselor: Counselor,
        text_id: str,
        handoff: Handoff | None = None,
        *,
        kind: str | None = None,
        **values: str,
    ) -> int | None:
        """Queue one of the service's texts for a counselor.

        None when nothing is sent: they have no phone here, were revoked, or their phone said STOP. A phone that may
        not show clients' words (rules 6.4) gets an alert without content instead.
        """
        self.concerns_desk = True
        shown = self._shown(counselor, text_id)
        if shown is None:
            return None
        if handoff is not None:
            values = {"tag": handoff.tag, "priority": handoff.priority.upper(), **values}
        text, options = self.context.texts.render(shown, self.context.clinic, **values)
        if handoff is not None and handoff.drill:
            text, _ = self.context.texts.render("drill", self.context.clinic, text=text)
        message_id = await messages.add_outgoing(
            self.tx,
            channel=self._line(counselor, handoff),
            counselor_id=counselor.id,
            conversation_id=handoff.conversation_id if handoff else None,
            handoff_id=handoff.id if handoff else None,
            text=text,
            options=[Option(o.label.format(**values), o.payload.format(**values)) for o in options],
            author="service",
            kind=kind or ("relay" if text_id.startswith("relay_") else "alert"),
            priority=CRISIS_FIRST if handoff is not None and handoff.crisis else 0,
        )
        self.send(deliver_job(None, counselor.id, crisis=handoff is not None and handoff.crisis))
        return message_id

    def _shown(self, counselor: Counselor, text_id: str) -> str | None:
        """The text that may stand on this counselor's phone; None when none may."""
        channel = self.context.channels.get(counselor.channel)
        if channel is None or not (counselor.has_phone and counselor.on_staff):
            return None
        return text_id if channel.traits.relay else WITHOUT_CONTENT.get(text_id, text_id)

    def _line(self, counselor: Counselor, handoff: Handoff | None) -> str:
        """The conversation's own line to whoever holds it, else the counselor's channel."""
        if (
            handoff is None
            or handoff.counselor_id != counselor.id
            or handoff.line not in self.context.channels
        ):
            return counselor.channel
        own = handoff.line is not None and handoff.line.startswith(f"{counselor.channel}-")
        return handoff.line if own and handoff.line is not None else counselor.channel

    def send(self, job: Job) -> None:
        assert job.lock is not None
        known = self.jobs.get(job.lock)
        if known is None or known.priority < job.priority:
            self.jobs[job.lock] = job


_FIRST = {Reach.KNOCK: ("knock", "knocked"), Reach.WORD: ("word_ask", "word")}


@asynccontextmanager
async def unit(context: Context, *, answering: bool = False) -> AsyncIterator[Unit]:
    """One transaction: data, queued texts and their jobs stand or fall together."""
    async with context.database.transaction() as tx:
        work = Unit(context, tx, answering)
        yield work
        if work.jobs:
            await context.jobs.add(tx, *work.jobs.values())
        if work.concerns_desk:
            await tx.run(select(func.pg_notify("warmline_changes", "queue")))
