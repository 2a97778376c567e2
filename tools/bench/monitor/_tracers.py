"""The peers that make spans and count; each is imported where it is measured."""

import socket
import time
from typing import Any

from tools.bench.clock import Run, calls
from tools.bench.monitor._loggers import kept


def opentelemetry() -> Run:
    """Open and close a span of OpenTelemetry, handed to a processor that drops it."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class Nowhere(SpanExporter):
        def export(self, spans: object) -> Any:  # noqa: ANN401  # its own type
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Nowhere()))
    tracer = provider.get_tracer("bench")

    def spanned() -> None:
        with tracer.start_as_current_span("reserve", attributes={"stage": "stock"}):
            pass

    return _inside(lambda: tracer.start_as_current_span("POST /orders"), spanned)


def py_zipkin() -> Run:
    """Open and close a span of py-zipkin inside of another one."""
    from py_zipkin.encoding._types import Encoding
    from py_zipkin.zipkin import zipkin_span

    def spanned() -> None:
        with zipkin_span("orders", "reserve", binary_annotations={"stage": "stock"}):
            pass

    def run(number: int) -> float:
        root = zipkin_span(
            "orders",
            "POST /orders",
            transport_handler=lambda _: None,
            sample_rate=100,
            encoding=Encoding.V2_JSON,
        )
        root.start()
        spent = calls(spanned, time.thread_time)(number)
        # Its end writes them all, which is not the calling path.
        root.stop()
        return spent

    return run


def sentry() -> Run:
    """Open and close a span of sentry-sdk inside of a transaction."""
    import sentry_sdk

    sentry_sdk.init(
        "http://key@127.0.0.1:9/1",
        traces_sample_rate=1.0,
        transport=no_transport(),
        default_integrations=False,
        auto_enabling_integrations=False,
    )

    def spanned() -> None:
        with sentry_sdk.start_span(op="stock", name="reserve"):
            pass

    def run(number: int) -> float:
        with sentry_sdk.start_transaction(name="POST /orders"):
            return calls(spanned, time.thread_time)(number)

    return run


def no_transport() -> Any:  # noqa: ANN401  # a peer's type
    """Return a transport of sentry-sdk that sends nothing."""
    from sentry_sdk.transport import Transport

    class Nowhere(Transport):
        def capture_envelope(self, envelope: object) -> None:
            pass

    return Nowhere


def statsd() -> Run:
    """Count by a packet each."""
    client = _client()
    return calls(lambda: client.incr("reserved"), time.thread_time)


def statsd_pipeline() -> Run:
    """Count into a pipeline of the client, which sends full packets."""
    pipe = _client().pipeline()

    def run(number: int) -> float:
        spent = calls(lambda: pipe.incr("reserved"), time.thread_time)(number)
        pipe.send()
        return spent

    return run


def prometheus() -> Run:
    """Count in memory."""
    from prometheus_client import CollectorRegistry, Counter  # type: ignore[import-not-found]  # a peer

    counter = Counter("reserved", "How many.", registry=CollectorRegistry())
    return calls(counter.inc, time.thread_time)


def _inside(outer: Any, function: Any) -> Run:  # noqa: ANN401  # a peer's
    def run(number: int) -> float:
        with outer():
            return calls(function, time.thread_time)(number)

    return run


def _client() -> Any:  # noqa: ANN401  # a peer's
    """Return a client of a receiver that never reads."""
    from statsd import StatsClient  # type: ignore[import-untyped]

    receiver = kept.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    receiver.bind(("127.0.0.1", 0))
    client = StatsClient(*receiver.getsockname())
    kept.callback(client.close)
    return client


SPANS = {"OpenTelemetry": opentelemetry, "py-zipkin": py_zipkin, "sentry-sdk": sentry}
COUNTS = {"statsd": statsd, "statsd, pipeline": statsd_pipeline, "prometheus-client": prometheus}
