"""Metrics for Prometheus: every byte of them is what its text format allows."""

from __future__ import annotations

import asyncio
import math

import httpx
from hypothesis import given
from hypothesis import strategies as some
from packages.fastapi.tests.doubles import attached
from packages.fastapi.tests.exposition import Family, read
from packages.fastapi.tests.looking import Books, Measures, Numbers, Told, asking

from cordio_fastapi.diagnostics._exposition import Exposition, Sample, named

NASTY = 'GET /"\\\n<script>é\ud800'
STATE: dict[str, object] = {
    "versions": {"service": {"version": "1.2.3"}, "python": "3.11"},
    "services": [{"name": "pg", "status": "up"}, {"name": "amqp", "status": "failed"}],
    "tasks": [{"name": "tidy"}],
    "sources": [{"kind": "http", "accepted": 9, "finished": 7, "cancelled": 1, "inside": 1}],
}
texts = some.text(some.sampled_from('aZ_0 .-:"\\\n\r\t{}#,=é\u2028\ud800\0'), max_size=12)


def scraped(runtime: Told) -> httpx.Response:
    async def main() -> httpx.Response:
        entrypoint = attached()
        entrypoint.bind(runtime)
        async with asking(entrypoint) as client:
            return await client.get("/metrics")

    return asyncio.run(main())


def families(measures: Measures | None = None) -> dict[str, Family]:
    return read(scraped(Told(measures, parts=STATE)).text)


def value(family: Family, suffix: str = "", **labels: str) -> float:
    return family.samples[family.name + suffix, tuple(sorted(labels.items()))]


def test_the_content_type_names_the_format_and_nobody_keeps_it() -> None:
    headers = scraped(Told(parts=STATE)).headers
    assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert headers["cache-control"] == "no-store"


def test_without_a_monitor_that_measures_there_are_the_application_its_sources_and_the_process() -> None:
    found = families()
    assert value(found["cordio_up"]) == 1 and value(found["cordio_uptime_seconds"]) == 8
    build = {"service": "orders", "version": "1.2.3", "python": "3.11"}
    assert value(found["cordio_build_info"], **build) == 1
    assert value(found["cordio_service_status"], service="amqp", status="failed") == 1
    assert value(found["cordio_tasks"]) == 1
    assert value(found["cordio_source_accepted_total"], source="http") == 9
    assert value(found["cordio_source_inside"], source="http") == 1
    assert found["process_cpu_seconds_total"].kind == "counter"
    assert "cordio_events_total" not in found


def test_events_are_counted_and_timed_in_seconds() -> None:
    found = families(Measures({"GET /": Numbers(), NASTY: Numbers(count=2)}, {"File": Books()}))
    assert value(found["cordio_events_total"], event="GET /") == 4
    assert value(found["cordio_events_total"], event=_sendable(NASTY)) == 2
    assert value(found["cordio_events_failed_total"], event="GET /") == 1
    took = found["cordio_event_duration_seconds"]
    assert took.kind == "summary"
    assert value(took, event="GET /", quantile="0.95") == 0.03
    assert (value(took, "_sum", event="GET /"), value(took, "_count", event="GET /")) == (0.04, 4)
    assert value(found["cordio_log_records_dropped_total"], sink="File") == 1
    assert value(found["cordio_log_records_pending"], sink="File") == 3


def test_what_the_application_counts_and_times_is_named_after_it() -> None:
    measures = Measures(
        counts={"sold": 3, "sold total": 1, "sold-total": 2, "2 \n%": 4}, timings={"stock": Numbers()}
    )
    found = families(measures)
    assert value(found["orders_sold_total"]) == 3
    assert value(found["orders_stock_seconds"], quantile="0.5") == 0.002
    assert value(found["orders_2_total"]) == 4
    assert sorted(value(found[f"orders_sold_{more}total"]) for more in ("other_", "other_other_")) == [1, 2]


def test_a_metric_of_the_applications_never_breaks_one_of_ours() -> None:
    measures = Measures(
        {"GET /": Numbers()}, counts={"events": 5}, timings={"event duration": Numbers(count=7)}
    )
    runtime = Told(measures, parts=STATE)
    runtime.name = "cordio"
    found = read(scraped(runtime).text)
    assert value(found["cordio_events_total"], event="GET /") == 4
    assert value(found["cordio_events_other_total"]) == 5
    assert value(found["cordio_event_duration_seconds_other"], "_count") == 7


@given(some.lists(some.tuples(texts, texts, texts, some.floats()), max_size=5))
def test_whatever_is_written_is_read_back(metrics: list[tuple[str, str, str, float]]) -> None:
    exposition = Exposition()
    for name, meaning, label, number in metrics:
        exposition.add(named("shop", name), "gauge", meaning, [Sample(number, {"name": label})])
    found = list(read(exposition.text()).values())
    assert len(found) == len(metrics)
    for (_, meaning, label, number), family in zip(metrics, found, strict=True):
        [(_, [(_, shown)])], [read_back] = family.samples.keys(), family.samples.values()
        assert (family.meaning, shown) == (_sendable(meaning), _sendable(label))
        assert read_back == number or (math.isnan(read_back) and math.isnan(number))


def test_a_metric_without_a_number_is_left_out() -> None:
    exposition = Exposition()
    exposition.add("shop_sold_total", "counter", "What was sold.", [])
    assert exposition.text() == ""


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
