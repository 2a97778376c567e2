"""The numbers of an application for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from starlette.requests import Request
from starlette.responses import Response

from cordio_core.protocols import Numbers, Runtime
from cordio_fastapi.diagnostics._exposition import TYPE, Exposition, Sample, named
from cordio_fastapi.diagnostics._figures import Figures, figures
from cordio_fastapi.diagnostics._plainly import of, rows
from cordio_fastapi.diagnostics._process import process
from cordio_fastapi.diagnostics._told import Told

__all__ = ["Metrics", "metrics"]

_MILLI = 1000.0
_QUANTILES = (("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99"))


class Metrics:
    """Answers with the metrics.

    Parameters
    ----------
    runtime : Runtime
        The started application.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def __call__(self, _: Request) -> Told:
        """Answer.

        Returns
        -------
        Told
            The text.
        """
        text = metrics(self._runtime.name, self._runtime.state(), figures(self._runtime.monitor))
        return Told(Response(text, headers={"cache-control": "no-store", "content-type": TYPE}))


def metrics(name: str, state: Mapping[str, object], measured: Figures) -> str:
    """Write the metrics of an application.

    Parameters
    ----------
    name : str
        The application; what it counts and times itself is named after it.
    state : mapping of str to object
        Its state, as JSON has it.
    measured : Figures
        What its monitor has measured.

    Returns
    -------
    str
        The text.
    """
    exposition = Exposition()
    _application(exposition, name, state)
    _parts(exposition, state)
    _events(exposition, measured)
    _records(exposition, measured)
    for metric, kind, meaning, value in process():
        exposition.add(metric, kind, meaning, [Sample(value, {})])
    _own(exposition, name, measured)
    return exposition.text()


def _application(exposition: Exposition, name: str, state: Mapping[str, object]) -> None:
    versions = of(state, "versions")
    labels = {
        "service": name,
        "version": str(of(versions, "service").get("version", "")),
        "python": str(versions.get("python", "")),
    }
    exposition.add("cordio_build_info", "gauge", "The application, and what it runs on.", [Sample(1, labels)])
    up = Sample(float(state.get("phase") == "up"), {})
    exposition.add("cordio_up", "gauge", "Whether the application is up and takes work.", [up])
    uptime = [Sample(_number(state.get("uptime")), {})]
    exposition.add("cordio_uptime_seconds", "gauge", "For how long it has been up.", uptime)


def _parts(exposition: Exposition, state: Mapping[str, object]) -> None:
    services = [
        Sample(1, {"service": str(row.get("name")), "status": str(row.get("status"))})
        for row in rows(state, "services")
    ]
    exposition.add("cordio_service_status", "gauge", "Where each service is in its life.", services)
    tasks = [Sample(len(rows(state, "tasks")), {})]
    exposition.add("cordio_tasks", "gauge", "How many tasks run.", tasks)
    for what, kind, meaning in (
        ("accepted", "counter", "Events that came in, by source."),
        ("finished", "counter", "Events that came to an end by themselves, by source."),
        ("cancelled", "counter", "Events that were cancelled, by source."),
        ("inside", "gauge", "Events in the middle of their way, by source."),
    ):
        counted = [
            Sample(_number(row.get(what)), {"source": str(row.get("kind"))}) for row in rows(state, "sources")
        ]
        if kind == "counter":
            exposition.add(f"cordio_source_{what}_total", "counter", meaning, counted)
        else:
            exposition.add(f"cordio_source_{what}", "gauge", meaning, counted)


def _events(exposition: Exposition, measured: Figures) -> None:
    events = measured.events.items()
    counts = [Sample(found.count, {"event": name}) for name, found in events]
    exposition.add("cordio_events_total", "counter", "Events, by name.", counts)
    failed = [Sample(found.failed, {"event": name}) for name, found in events]
    exposition.add(
        "cordio_events_failed_total",
        "counter",
        "Events that an exception has left, or that were answered with 500 and above.",
        failed,
    )
    took = [sample for name, found in events for sample in _summary(found, {"event": name})]
    exposition.add("cordio_event_duration_seconds", "summary", "How long events took.", took)
    largest = [Sample(found.largest / _MILLI, {"event": name}) for name, found in events]
    exposition.add("cordio_event_duration_max_seconds", "gauge", "The slowest event, by name.", largest)


def _records(exposition: Exposition, measured: Figures) -> None:
    for what in ("written", "dropped", "failed"):
        counts = [Sample(getattr(found, what), {"sink": name}) for name, found in measured.sinks.items()]
        exposition.add(f"cordio_log_records_{what}_total", "counter", f"Records {what}, by sink.", counts)
    waiting = [Sample(found.pending, {"sink": name}) for name, found in measured.sinks.items()]
    exposition.add("cordio_log_records_pending", "gauge", "Records that wait, by sink.", waiting)


def _own(exposition: Exposition, name: str, measured: Figures) -> None:
    for what, count in measured.counts.items():
        metric = f"{named(name, what).removesuffix('_total')}_total"
        exposition.add(metric, "counter", f"What the application counts as {what}.", [Sample(count, {})])
    for what, found in measured.timings.items():
        metric = f"{named(name, what)}_seconds"
        exposition.add(metric, "summary", f"What the application times as {what}.", _summary(found, {}))


def _summary(found: Numbers, labels: Mapping[str, str]) -> Iterator[Sample]:
    for quantile, name in _QUANTILES:
        yield Sample(getattr(found, name) / _MILLI, {**labels, "quantile": quantile})
    yield Sample(found.total / _MILLI, labels, "_sum")
    yield Sample(found.count, labels, "_count")


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
