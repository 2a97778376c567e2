"""A secret under any name, in any structure and any form of text, comes out of no sink."""

import asyncio
import io
import logging
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from packages.monitor.tests.doubles import Collected
from packages.monitor.tests.test_masking import CANARY, NAMES, planted
from packages.monitor.tests.test_secret_forms import FORMS, WORDS
from packages.monitor.tests.test_table_and_queue import Broker, Rows

from cordio_monitor import LogSettings, Monitor, count, log, span, timing
from cordio_monitor.sinks import Console, File, Queue, Record, Sentry, Statsd, Table, Zipkin

FORM = st.sampled_from(list(FORMS.values()))
NAME = st.sampled_from([*NAMES, "pass", "otp", "db_pass", "x-amz-signature", "sig", "auth", "Cookies"])


@st.composite
def named(draw: st.DrawFn) -> object:
    """Data with the canary under the name of a secret, however deep."""
    value = draw(st.sampled_from([CANARY, [CANARY], {"of": {"course": CANARY}}, (1, CANARY), CANARY.encode()]))
    value = draw(
        st.sampled_from(
            [
                {draw(NAME): value},
                [(draw(NAME), value)],
                [draw(NAME).encode(), value],
                {"name": draw(NAME), "value": value},
                {"Key": draw(NAME), "n": 1, "Value": value},
                ["login", "--password", CANARY],
            ]
        )
    )
    for _ in range(draw(st.integers(0, 4))):
        value = draw(
            st.sampled_from([[value], {"a": value}, (1, value, 2), {"a": [value], "b": 1}, {1: value}])
        )
    return value


class Everywhere:
    """A monitor with every sink that needs no server, and what came out of each."""

    def __init__(self, folder: Path) -> None:
        self.out, self.pretty, self.spans = io.StringIO(), io.StringIO(), list[bytes]()
        self.rows, self.broker, self.kept = Rows(), Broker(), Collected()
        self.path = folder / "main.log"
        self.path.unlink(missing_ok=True)
        plain = [Console(self.out), File(self.path), Table(self.rows), Queue(self.broker), self.kept]
        zipkin = Zipkin("http://127.0.0.1:9411", transport=self.spans.append)
        self.monitor = Monitor("orders token=" + CANARY, [*plain, zipkin], LogSettings(format="json"))

    def came_out(self) -> str:
        pretty = Console(self.pretty)
        pretty.open(LogSettings(format="pretty"))
        pretty.write(self.kept.records)
        told = [Statsd("127.0.0.1:8125", tags=["value"]).rehearse(self._numbers())]
        told += [self.out.getvalue(), self.pretty.getvalue(), self.path.read_text(), repr(self.kept.records)]
        told += [
            repr(self.rows.rows),
            repr(self.broker.sent),
            repr(self.spans),
            repr(self.monitor.state().sinks),
        ]
        return "\n".join(told)

    def _numbers(self) -> list[Record]:
        return [record for record in self.kept.records if record.kind in ("count", "timing", "event")]


@settings(
    deadline=None,
    max_examples=60,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(value=st.one_of(named(), planted()), form=FORM, other=FORM)
def test_no_sink_ever_shows_a_secret(
    value: object, form: str, other: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    every = Everywhere(tmp_path_factory.getbasetemp())

    async def main() -> None:
        async with every.monitor as monitor:
            with pytest.raises(ValueError), monitor.incoming(f"GET /x {form}") as event:
                log.info(form, value=value, **{other: value})
                logging.getLogger("library").warning("%s", other, extra={"value": value})
                count(form)
                timing(other, 3.5)
                event.answered(value)
                with span(form, stage=other):
                    raise ValueError(form, value) from RuntimeError(other)

    asyncio.run(main())
    told = every.came_out()
    assert every.spans and every.rows.rows and every.broker.sent and CANARY not in told


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(words=st.lists(WORDS, min_size=1, max_size=12), n=st.integers(0, 10**9))
def test_what_is_no_secret_is_shown_by_every_sink(
    words: list[str], n: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    every, text = Everywhere(tmp_path_factory.getbasetemp()), " ".join(words)

    async def main() -> None:
        async with every.monitor as monitor:
            with monitor.incoming(text):
                log.info(text, said=[text], n=n)

    asyncio.run(main())
    assert every.kept[text].fields == {"said": [text], "n": n}
    for shown in (
        every.out.getvalue(),
        every.path.read_text(),
        repr(every.rows.rows),
        repr(every.broker.sent),
    ):
        assert text in shown and str(n) in shown
    assert text in repr(every.spans)


def test_sentry_shows_no_secret_of_a_frame() -> None:
    pytest.importorskip("sentry_sdk")
    kept = Collected()

    def charge(password: str, body: dict[str, object]) -> None:
        auth, local = ("ann", password), f"<token>{password}</token>"
        assert auth
        argv = ["login", "--password", password]
        items = [{"name": "password", "value": password}]
        raise ValueError(f"declined for {local} {argv} {items} {body}")

    async def main() -> None:
        async with Monitor("orders", [kept], LogSettings(capture=False)):
            try:
                charge(CANARY, {"deep": [{"api_key": CANARY}]})
            except ValueError as error:
                log.error("no payment", error=error)

    asyncio.run(main())
    told = Sentry("https://key@127.0.0.1/1").rehearse([kept["no payment"]])
    assert "'function': 'charge'" in told and "'argv'" in told and CANARY not in told


def test_sentry_shows_no_secret_on_another_line_of_the_source_than_its_name() -> None:
    pytest.importorskip("sentry_sdk")
    kept = Collected()

    async def main() -> None:
        async with Monitor("orders", [kept], LogSettings(capture=False)):
            try:
                _connect(
                    password=(
                        "c4n4ryXq7"
                    ),
                )  # fmt: skip
            except ValueError as error:
                log.error("no connection", error=error)

    asyncio.run(main())
    told = Sentry("https://key@127.0.0.1/1").rehearse([kept["no connection"]])
    assert "_connect(" in told and CANARY not in told


def _connect(password: str) -> None:
    raise ValueError("no connection")
