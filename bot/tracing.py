"""Traces of a message's way by OpenTelemetry, over all processes. Off unless an address is set; imported only then.

A span holds a stage's name, its times, the message's number and the kind of an error: no words, no address, nobody's id.
The trace's own id is derived from the message's, so that every process knows it and nothing need be handed on.
"""

import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from bot.services.context import Stage

FIRST = "receive"  # the stage that is the trace's root
SECONDS = 5  # for one delivery to the collector; what it does not take is dropped

_first: ContextVar[tuple[int, int] | None] = ContextVar("first", default=None)


class _Ids(RandomIdGenerator):
    """Chance, but for the root: its ids are those that every other process will name."""

    def generate_trace_id(self) -> int:
        known = _first.get()
        return known[0] if known else super().generate_trace_id()

    def generate_span_id(self) -> int:
        known = _first.get()
        return known[1] if known else super().generate_span_id()


class OpenTelemetryTraces:
    """The stages of messages as spans. `share` of all messages, the same ones in every process, are traced."""

    def __init__(self, exporter: SpanExporter, key: bytes, *, part: str = "all", share: float = 1.0) -> None:
        self._key = key
        # The sampler looks at the trace's id alone, so that all processes choose alike.
        self._provider = TracerProvider(
            sampler=TraceIdRatioBased(share),
            resource=Resource({"service.name": "warmline", "service.namespace": part}),
            id_generator=_Ids(),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("warmline")

    @contextmanager
    def stage(self, name: str, message_id: int | None = None) -> Iterator[Stage]:
        """One stage of a message's way. Without a message nothing is kept."""
        stage, begun, failed = Stage(message_id), time.time_ns(), None
        try:
            yield stage
        except BaseException as error:
            failed = type(error).__name__
            raise
        finally:
            if stage.message_id is not None:
                self._keep(name, stage.message_id, begun, failed)

    def _keep(self, name: str, message_id: int, begun: int, failed: str | None) -> None:
        trace, root = self._ids(message_id)
        token = _first.set((trace, root) if name == FIRST else None)
        try:
            parent = NonRecordingSpan(SpanContext(trace, root, is_remote=True, trace_flags=TraceFlags(1)))
            context = None if name == FIRST else set_span_in_context(parent)
            span = self._tracer.start_span(
                name, context, start_time=begun, attributes={"warmline.message": message_id}
            )
        finally:
            _first.reset(token)
        if failed is not None:
            span.set_status(Status(StatusCode.ERROR, failed))
        span.end()

    def _ids(self, message_id: int) -> tuple[int, int]:
        """(trace, its root) of a message: the same in every process that has the keys, and telling nothing."""
        digest = hmac.digest(self._key, f"trace {message_id}".encode(), "sha256")
        return int.from_bytes(digest[:16]) or 1, int.from_bytes(digest[16:24]) or 1

    def flush(self) -> None:
        """Deliver what was kept until now."""
        self._provider.force_flush()

    def close(self) -> None:
        """Deliver what is left; takes SECONDS at most."""
        self._provider.shutdown()


def traces_to(url: str, key: bytes, *, part: str, share: float) -> OpenTelemetryTraces:
    """Traces to the OTLP address of a collector. OTEL_EXPORTER_OTLP_HEADERS may hold what it wants to see."""
    return OpenTelemetryTraces(OTLPSpanExporter(endpoint=url, timeout=SECONDS), key, part=part, share=share)
