"""StatsD: many metrics a packet, and no name that could begin another metric."""

import asyncio
import socket
from threading import Event

import pytest
from packages.monitor.tests.doubles import LIMIT, Collected, monitored
from packages.monitor.tests.receivers import udp

from cordio_monitor import SettingError, count, span, timing
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
        every = receiver.recv(65_536).decode("ascii").split("\n")
        first = [line for line in every if not line.startswith("orders.monitor.")]
        assert first[:2] == ["orders.reserved:2|c", "orders.stock.ms:3.25|ms"]
        assert first[2].startswith("orders.event.POST_orders:")
        assert any(line.startswith("orders.stage.stock:") and line.endswith("|ms") for line in first)
        assert "orders.monitor.Statsd.dropped:0|g" in every


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


def test_a_name_that_is_looked_up_for_ever_holds_up_no_event_and_the_exit_no_longer_than_its_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name server that is silent cannot be set up here without root: the look-up itself hangs instead."""
    asked, answer, other = Event(), Event(), Collected()

    def hang(*args: object, **more: object) -> object:
        asked.set()
        answer.wait(LIMIT)
        raise socket.gaierror("no name server answers")

    monkeypatch.setattr("socket.getaddrinfo", hang)
    monitor = monitored(Statsd("statsd.local:8125"), other, stop_within=0.5)

    async def main() -> None:
        async with monitor:
            count("first")
            assert await asyncio.to_thread(asked.wait, LIMIT)
            with monitor.incoming("POST /orders"):
                count("reserved")
            other.wait_for("POST /orders")
            assert not answer.is_set() and monitor.state().sinks["Statsd"].written == 0

    asyncio.run(main())
    account = monitor.state().sinks["Statsd"]
    assert not answer.is_set() and other.messages == ["first", "reserved", "POST /orders"]
    assert account.balances and account.pending >= 3 and account.written == 0
    answer.set()
    assert monitor._delivery.join(LIMIT)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 10**400, "4111", None])
def test_what_is_no_finite_number_is_not_sent_but_counted_as_failed(value: object) -> None:
    sink = Statsd("127.0.0.1:8125")
    with pytest.raises(ValueError, match="StatsD takes finite numbers"):
        sink.rehearse([metric("sold"), Record("timing", "debug", 0, "orders", "", "took", {"ms": value})])


BAD: list[tuple[dict[str, object], str]] = [
    ({"address": "127.0.0.1"}, "statsd.address: '127.0.0.1' is not known; expected host:port"),
    ({"address": "127.0.0.1:0"}, "statsd.address: '127.0.0.1:0'"),
    ({"address": "127.0.0.1:99999"}, "statsd.address"),
    ({"address": ":8125"}, "statsd.address"),
    ({"address": 8125}, "statsd.address: 8125"),
    ({"prefix": 3}, "statsd.prefix: 3"),
    (
        {"tags": "region"},
        r"statsd.tags: 'region' is not known; expected a list of texts, such as \['region'\]",
    ),
    ({"packet": -1}, "statsd.packet: -1"),
    ({"names": 0}, "statsd.names: 0"),
    ({"resolve": float("nan")}, "statsd.resolve: nan is not known; expected a number of seconds"),
]


@pytest.mark.parametrize(("values", "told"), BAD)
def test_what_means_nothing_is_told_when_the_sink_is_made(values: dict[str, object], told: str) -> None:
    with pytest.raises(SettingError, match=told):
        Statsd(**{"address": "127.0.0.1:8125", **values})  # type: ignore[arg-type]


def test_an_address_of_the_sixth_version_is_taken() -> None:
    assert Statsd("[::1]:8125").rehearse([metric("sold")]) == "orders.sold:1|c"
