"""That every sink masks is shown before the first record."""

import asyncio
from collections.abc import Sequence

import pytest
from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import LeakError, _rehearsal
from cordio_monitor._exceptions import ExtraError
from cordio_monitor._rehearsal import CANARY, planted, selftest
from cordio_monitor.sinks import Record, Sentry, Statsd


class Rehearsing(Collected):
    def __init__(self, leak: str = "") -> None:
        super().__init__()
        self.leak = leak

    def rehearse(self, records: Sequence[Record]) -> str:
        return f"{[(record.message, record.fields) for record in records]}{self.leak}"


def test_sinks_that_mask_pass() -> None:
    selftest({"Collected": Collected(), "Rehearsing": Rehearsing()}, "orders")


def test_a_sink_that_leaks_is_named() -> None:
    with pytest.raises(LeakError, match="through the sink Rehearsing"):
        selftest({"Collected": Collected(), "Rehearsing": Rehearsing(CANARY)}, "orders")


def test_a_policy_that_leaks_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def leaky(raw: object, service: str) -> Record:
        return Record("log", "info", 0, service, "", repr(raw), {})

    monkeypatch.setattr(_rehearsal, "develop", leaky)
    assert planted()
    with pytest.raises(LeakError, match="through every sink"):
        selftest({}, "orders")


def test_a_monitor_with_a_sink_that_leaks_does_not_start() -> None:
    async def main() -> None:
        monitor = monitored(Rehearsing(CANARY))
        with pytest.raises(LeakError, match="the sink Rehearsing"):
            await monitor.__aenter__()
        assert not monitor.state().running
        async with monitored(Rehearsing()) as good:
            assert good.health().ok

    asyncio.run(main())


def test_a_sink_that_cannot_rehearse_does_not_keep_the_service_from_its_start() -> None:
    class Broken(Collected):
        def rehearse(self, records: Sequence[Record]) -> str:
            raise OSError("no such host")

    async def main() -> None:
        async with monitored(Broken()):
            """Runs."""

    asyncio.run(main())


def test_a_sink_whose_library_is_missing_keeps_the_monitor_from_its_start_and_names_the_extra() -> None:
    class Metrics(Collected):
        needs = ("no_such_library", "statsd")

    async def main() -> None:
        monitor = monitored(Metrics())
        with pytest.raises(ExtraError) as told:
            await monitor.__aenter__()
        assert not monitor.state().running
        assert str(told.value) == (
            "the sink Metrics needs the library no_such_library, which is not installed: "
            "pip install 'cordio-monitor[statsd]'"
        )

    asyncio.run(main())


@pytest.mark.parametrize(("sink", "library"), [(Sentry, "sentry_sdk"), (Statsd, "statsd")])
def test_each_sink_with_an_extra_is_looked_after(
    sink: type[Sentry | Statsd], library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_rehearsal, "find_spec", lambda name: None if name == library else name)
    made = sink("https://key@127.0.0.1/1" if sink is Sentry else "127.0.0.1:8125")
    with pytest.raises(ExtraError, match=rf"cordio-monitor\[{library.partition('_')[0]}\]"):
        selftest({"made": made}, "orders")
