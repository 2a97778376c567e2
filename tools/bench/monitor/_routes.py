"""The peers on a route of FastAPI, each in a process of its own: some of them patch the framework.

``python -m tools.bench.monitor._routes peer until|all number`` prints the CPU seconds.
"""

import asyncio
import importlib
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

from tools.bench.clock import Run
from tools.bench.monitor.route import SCOPE, receive, send
from tools.parts import ROOT

Inside = Callable[[], None]
logger = logging.getLogger("bench")


def contender(name: str, what: str) -> Run:
    """Return what measures a peer in a process of its own."""
    importlib.import_module(NEEDS[name])

    def run(number: int) -> float:
        command = [sys.executable, "-m", "tools.bench.monitor._routes", name, what, str(number)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return float(done.stdout)

    return run


def app_with(inside: Inside) -> Any:  # noqa: ANN401  # an ASGI application
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/orders/{number}")
    async def read(number: int) -> dict[str, object]:
        logger.info("reading number=%s", number)
        inside()
        logger.info("read number=%s rows=%s", number, 1)
        return {"number": number, "sku": "A-1"}

    return app


def with_sentry() -> Any:  # noqa: ANN401
    import sentry_sdk

    from tools.bench.monitor._tracers import no_transport

    sentry_sdk.init("http://key@127.0.0.1:9/1", traces_sample_rate=1.0, transport=no_transport())

    def inside() -> None:
        with sentry_sdk.start_span(op="stock", name="select"):
            logger.info("selecting")

    return app_with(inside)


def with_opentelemetry() -> Any:  # noqa: ANN401
    from opentelemetry import trace
    from opentelemetry.instrumentation.fastapi import (  # type: ignore[import-not-found]  # a peer
        FastAPIInstrumentor,
    )
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class Nowhere(SpanExporter):
        def export(self, spans: object) -> Any:  # noqa: ANN401
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Nowhere()))
    trace.set_tracer_provider(provider)
    tracer = trace.get_tracer("bench")

    def inside() -> None:
        with tracer.start_as_current_span("select"):
            logger.info("selecting")

    app = app_with(inside)
    FastAPIInstrumentor.instrument_app(app)
    return app


def with_py_zipkin() -> Any:  # noqa: ANN401
    from py_zipkin.encoding._types import Encoding
    from py_zipkin.zipkin import zipkin_span

    def inside() -> None:
        with zipkin_span("orders", "select"):
            logger.info("selecting")

    app = app_with(inside)

    async def traced(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        with zipkin_span(
            "orders", "GET", transport_handler=lambda _: None, sample_rate=100, encoding=Encoding.V2_JSON
        ):
            await app(scope, receive, send)

    return traced


def with_middleware() -> Any:  # noqa: ANN401
    from starlette.middleware.base import BaseHTTPMiddleware

    async def logged(request: Any, call_next: Any) -> Any:  # noqa: ANN401
        begun = time.perf_counter()
        response = await call_next(request)
        logger.info("%s %s %s", request.url.path, response.status_code, time.perf_counter() - begun)
        return response

    app = app_with(lambda: logger.info("selecting"))
    app.add_middleware(BaseHTTPMiddleware, dispatch=logged)
    return app


MAKES = {
    "sentry-sdk": with_sentry,
    "OpenTelemetry": with_opentelemetry,
    "py-zipkin": with_py_zipkin,
    "BaseHTTPMiddleware and logging": with_middleware,
}
NEEDS = {
    "sentry-sdk": "sentry_sdk",
    "OpenTelemetry": "opentelemetry.instrumentation.fastapi",
    "py-zipkin": "py_zipkin",
    "BaseHTTPMiddleware and logging": "starlette",
}


async def measured(app: Any, clock: Callable[[], float], number: int) -> float:  # noqa: ANN401
    for _ in range(50):
        await app(dict(SCOPE), receive, send)
    begun = clock()
    for _ in range(number):
        await app(dict(SCOPE), receive, send)
    return clock() - begun


def main(name: str, what: str, number: str) -> None:
    """Measure one of them in this process, its records going to a file."""
    with tempfile.NamedTemporaryFile("w", suffix=".log") as file:
        logging.basicConfig(level=logging.INFO, stream=file, format="%(asctime)s %(levelname)s %(message)s")
        clock = time.thread_time if what == "until" else time.process_time
        print(asyncio.run(measured(MAKES[name](), clock, int(number))))


if __name__ == "__main__":
    main(*sys.argv[1:])
