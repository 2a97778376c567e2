"""What the monitor makes of the facts that error rules commit."""

import asyncio
from collections.abc import Sequence

import pytest

from cordio._recorder import MonitorRecorder
from cordio_errors import Destination, Incident, to
from cordio_monitor import LogSettings, Monitor
from cordio_monitor.sinks import Record, Sink


class Kept(Sink):
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def write(self, records: Sequence[Record]) -> None:
        """Keep the records."""
        self.records.extend(records)


def incident(destination: Destination, count: int) -> Incident:
    return Incident(
        destination,
        id="1",
        code="sold_out",
        message="Sold out",
        error=KeyError("A-1"),
        where=None,
        layer="reserve",
        attempts=1,
        status=409,
        unexpected=False,
        trace_id=None,
        count=count,
    )


def recorded(destination: Destination, count: int = 1) -> list[Record]:
    kept = Kept()

    async def record() -> None:
        settings = LogSettings(level="error", capture=False)
        async with Monitor("orders", sinks=[kept], settings=settings) as monitor:
            MonitorRecorder(monitor).record(incident(destination, count))

    asyncio.run(record())
    return kept.records


def test_a_metric_is_counted_as_often_as_its_folded_incidents() -> None:
    (record,) = recorded(to.metric("sold_out"), count=7)
    assert (record.kind, record.message) == ("count", "sold_out")
    assert 7 in record.fields.values()


@pytest.mark.parametrize("destination", [to.table("incidents"), to.queue("incidents")])
def test_a_fact_for_a_table_or_a_queue_is_kept_whatever_the_level_of_the_log(destination: Destination) -> None:
    (record,) = recorded(destination)
    assert (record.kind, record.level, record.message) == ("log", "info", "Sold out")
    assert record.fields[destination.kind] == "incidents"
    assert (record.fields["code"], record.fields["layer"]) == ("sold_out", "reserve")
    assert "times" not in record.fields


def test_a_record_tells_how_many_incidents_it_stands_for() -> None:
    (record,) = recorded(to.log("critical"), count=7)
    assert (record.level, record.fields["times"]) == ("error", 7)


def test_a_fact_for_the_log_obeys_its_level() -> None:
    assert recorded(to.log("warning")) == []
