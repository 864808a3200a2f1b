"""One message is one trace over all its stages and processes, and a trace tells nothing about anybody."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from bot.tracing import OpenTelemetryTraces
from tests.conftest import World, until

KEY = b"a key of the tests"
WORDS = "zeppelin over the lake"


@pytest.fixture
def exported(world: World) -> Iterator[InMemorySpanExporter]:
    """What the collector gets of this service's traces."""
    exporter = InMemorySpanExporter()
    traces = OpenTelemetryTraces(exporter, KEY)
    world.service.context.traces = traces
    yield exporter
    traces.close()


def spans(exporter: InMemorySpanExporter, world: World) -> list[ReadableSpan]:
    traces = world.service.context.traces
    assert isinstance(traces, OpenTelemetryTraces)
    traces.flush()
    return list(exporter.get_finished_spans())


def everything(span: ReadableSpan) -> str:
    """All that a collector sees of a span."""
    return json.dumps(json.loads(span.to_json())) + json.dumps(dict(span.resource.attributes))


async def test_every_stage_of_a_message_is_one_trace_under_its_arrival(
    world: World, exported: InMemorySpanExporter
) -> None:
    await world.client.says(WORDS)
    await world.client.hears(WORDS)

    async def complete() -> list[ReadableSpan] | None:
        (root,) = (span for span in spans(exported, world) if span.name == "receive")
        found = [s for s in spans(exported, world) if s.context.trace_id == root.context.trace_id]
        return found if len(found) == 5 else None

    found: Any = await until(complete)
    by_name = {span.name: span for span in found}
    assert set(by_name) == {"receive", "screen", "handle", "rasa", "send"}
    root = by_name["receive"]
    assert root.parent is None
    assert {span.parent.span_id for span in found if span.parent} == {root.context.span_id}


async def test_a_span_holds_no_word_no_address_and_nobodys_id(
    world: World, exported: InMemorySpanExporter
) -> None:
    """Spans leave the building: a stage, its times and the message's number are all they hold."""
    await world.client.says(WORDS)
    await world.client.hears(WORDS)
    conversation = world.dialogue.asked[0]["conversation_id"]
    told = " ".join(everything(span) for span in spans(exported, world))
    for secret in ("zeppelin", "lake", world.client.id, conversation):
        assert secret not in told
    kept = {name for span in exported.get_finished_spans() for name in span.attributes or ()}
    assert kept == {"warmline.message"}


async def test_an_action_that_rasa_calls_belongs_to_its_message(
    world: World, exported: InMemorySpanExporter
) -> None:
    """Another process runs it; the number that our channel told Rasa is enough."""
    latest = {"text": WORDS, "metadata": {"message_id": "7", "turn_id": "1"}, "intent": {}, "entities": []}
    call = {
        "next_action": "nobody_knows_it",
        "tracker": {"sender_id": "c", "latest_message": latest, "slots": {}},
    }
    app = httpx.ASGITransport(app=world.service.internal)
    async with httpx.AsyncClient(transport=app, base_url="http://internal") as http:
        secret = {"X-Warmline-Secret": "a secret for tests"}
        await http.post("/actions/webhook", json=call, headers=secret)
    (span,) = spans(exported, world)
    other = InMemorySpanExporter()
    elsewhere = OpenTelemetryTraces(other, KEY, part="web")
    with elsewhere.stage("receive", 7):
        pass
    elsewhere.close()
    (root,) = other.get_finished_spans()
    assert (span.name, span.context.trace_id) == ("action", root.context.trace_id)
    assert span.parent is not None
    assert span.parent.span_id == root.context.span_id


def test_a_failed_stage_says_the_kind_of_the_error_and_not_its_words() -> None:
    exporter = InMemorySpanExporter()
    traces = OpenTelemetryTraces(exporter, KEY)
    with pytest.raises(ValueError, match="zeppelin"), traces.stage("send", 7):
        raise ValueError(WORDS)
    traces.close()
    (span,) = exporter.get_finished_spans()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "ValueError")
    assert "zeppelin" not in everything(span)


def test_processes_trace_the_same_share_of_messages() -> None:
    """Half of the messages means the same half everywhere, so that no trace is torn."""
    kept = []
    for part in ("web", "jobs"):
        exporter = InMemorySpanExporter()
        traces = OpenTelemetryTraces(exporter, KEY, part=part, share=0.5)
        for message in range(200):
            with traces.stage("receive" if part == "web" else "handle", message):
                pass
        traces.close()
        kept.append(
            {span.attributes["warmline.message"] for span in exporter.get_finished_spans() if span.attributes}
        )
    assert kept[0] == kept[1]
    assert 60 < len(kept[0]) < 140


def test_without_a_message_nothing_is_kept() -> None:
    exporter = InMemorySpanExporter()
    traces = OpenTelemetryTraces(exporter, KEY)
    with traces.stage("receive"):
        pass
    traces.close()
    assert exporter.get_finished_spans() == ()
