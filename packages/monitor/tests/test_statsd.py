"""StatsD: many metrics a packet, and no name that could begin another metric."""

import asyncio
import socket

import pytest
from packages.monitor.tests.doubles import Collected, monitored
from packages.monitor.tests.receivers import udp

from cordio_monitor import count, span, timing
from cordio_monitor.sinks import Record, Statsd

pytest.importorskip("statsd")


def metric(name: str, **fields: object) -> Record:
    return Record("count", "debug", 0, "orders", "", name, {"n": 1, **fields})


def test_counts_timings_events_and_the_books_arrive_in_one_packet() -> None:
    with udp() as receiver:
        port = receiver.getsockname()[1]

        async def main() -> None:
            async with monitored(Statsd(f"127.0.0.1:{port}")) as monitor:
                with monitor.incoming("POST /orders") as event, span("reserve", stage="stock"):
                    count("reserved", 2)
                    timing("stock.ms", 3.25)
                    event.answered(201)

        asyncio.run(main())
        first = receiver.recv(65_536).decode("ascii").split("\n")
        assert first[:2] == ["orders.reserved:2|c", "orders.stock.ms:3.25|ms"]
        assert first[2].startswith("orders.event.POST_orders:")
        assert any(line.startswith("orders.stage.stock:") and line.endswith("|ms") for line in first)
        assert "orders.monitor.Statsd.dropped:0|g" in first


def test_packets_are_no_larger_than_is_safe() -> None:
    with udp() as receiver:
        sink = Statsd(f"127.0.0.1:{receiver.getsockname()[1]}", packet=512)
        sink.write([metric(f"metric.{number}") for number in range(100)])
        packets = [receiver.recv(65_536)]
        while b"metric.99:" not in packets[-1]:
            packets.append(receiver.recv(65_536))
        sink.close()
    assert all(len(packet) <= 512 for packet in packets) and len(packets) < 10
    assert b"\n".join(packets).count(b"|c") == 100


@pytest.mark.parametrize("name", ["evil\nother.metric:1|c", "a:b|c", "a|g", "Größe", "@0.1", "#tag:1"])
def test_a_name_cannot_begin_another_metric(name: str) -> None:
    (line,) = Statsd("127.0.0.1:8125").rehearse([metric(name)]).split("\n")
    cleaned, _, value = line.partition(":")
    assert value == "1|c" and cleaned.isascii() and not set(cleaned) & set("|@#: ")


def test_beyond_so_many_names_all_go_under_one() -> None:
    sink = Statsd("127.0.0.1:8125", names=3)
    found = sink.rehearse([metric(f"path.{number}") for number in range(1_000)]).split("\n")
    assert len(set(found)) == 4 and found.count("orders.overflow:1|c") == 997


def test_chosen_fields_go_out_as_tags() -> None:
    sink = Statsd("127.0.0.1:8125", tags=["region", "kind"])
    line = sink.rehearse([metric("sold", region="eu,west|#x", other="y")])
    assert line == "orders.sold:1|c|#region:eu_west_x"


def test_an_address_that_changes_is_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    lookup = socket.getaddrinfo

    def looking(host: str, *rest: object, **more: object) -> object:
        looked.append(host)
        return lookup("127.0.0.1", *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("socket.getaddrinfo", looking)
    with udp() as receiver:
        sink = Statsd(f"statsd.local:{receiver.getsockname()[1]}", resolve=0)
        sink.write([metric("one")])
        sink.write([metric("two")])
        sink.close()
    assert looked == ["statsd.local"] * 2


def test_a_name_that_is_unknown_fails_no_event_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **more: object) -> object:
        raise socket.gaierror("unknown")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    other = Collected()

    async def main() -> dict[str, object]:
        async with monitored(Statsd("statsd.local:8125"), other) as monitor:
            count("reserved")
            other.wait_for("reserved")
        return dict(monitor.state().sinks)

    account = asyncio.run(main())["Statsd"]
    assert "gaierror: unknown" in str(account)
