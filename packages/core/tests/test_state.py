"""The state of an application as data: before, while and after it runs, and without any secret."""

import asyncio
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self, TypeVar

import pytest
from packages.core.tests.doubles import Manual

from cordio_core import App, Response, emitted, every, get
from cordio_core._plain import PlainContainer, PlainMonitoring
from cordio_core.protocols import Configuration, Monitor, Traced
from cordio_core.state import LastError, Value

T = TypeVar("T")


SECRET = "hunter2"


class Secret:
    """Has its value as pydantic's SecretStr has."""

    def get_secret_value(self) -> str:
        return SECRET

    def __repr__(self) -> str:
        return SECRET


@dataclass(frozen=True)
class Login:
    user: str = "ann"
    password: str = SECRET


@dataclass(frozen=True)
class Shop:
    dsn: str = f"postgresql://ann:{SECRET}@db/orders"
    hidden: Secret = field(default_factory=Secret)
    login: Login = Login()
    mirrors: tuple[str, ...] = (f"https://{SECRET}@mirror/x",)
    headers: Mapping[str, object] = field(
        default_factory=lambda: {"Authorization": f"Bearer {SECRET}", "n": 1}
    )
    api_key: str = SECRET
    keyed: str = f"host=db password='{SECRET}'"
    limit: float = math.inf
    burst: int = 5
    on: bool = True
    raw: bytes = SECRET.encode()


def _shop() -> App:
    app = App("shop", version="1.4.0", entrypoints=[Manual()])
    app.block("shop", Shop)(lambda: None)

    @app.service
    def stock() -> int:
        return 7

    @app.service
    def shelf(stock: int) -> str:
        return f"{stock} left"

    @app.service
    def unused() -> int:
        raise AssertionError("nobody needs it")

    def judge() -> Response | None:
        return None

    @app.on(get("/{order_id}"), before=[judge])
    async def read(order_id: int, shelf: str) -> str:
        return shelf

    @app.on(emitted("placed"))
    async def greet() -> None: ...

    return app


def test_the_state_is_told_before_while_and_after_the_run() -> None:
    app = _shop()
    found = []

    async def use() -> None:
        found.append(app.state())
        async with app.running():
            found.append(app.state())
        found.append(app.state())

    asyncio.run(use())
    before, up, over = found
    assert [state.phase for state in found] == ["new", "up", "over"]
    assert (before.uptime, over.uptime >= up.uptime, app.state().uptime) == (0.0, True, over.uptime)
    assert [state.problems for state in found] == [()] * 3
    assert {state.versions.service.version for state in found} == {"1.4.0"}
    for state in found:
        assert [(each.event, each.kind) for each in state.handlers] == [
            ("GET /{order_id}", "http"),
            ("emitted placed", "internal"),
        ]
        assert "read (" in state.handlers[0].handler
        assert "judge (" in state.handlers[0].before[0] and "test_state.py:" in state.handlers[0].before[0]
    assert [state.configuration == () for state in found] == [True, False, False]


def test_the_state_before_the_start_leaves_the_application_open() -> None:
    app = _shop()
    app.state()

    @app.on(every("1h"))
    async def strike() -> None: ...

    assert app.state().handlers[-1].event == "every 1h"


def test_services_are_those_in_use_with_what_they_need_and_how_they_are() -> None:
    app = _shop()

    async def use() -> list[tuple[str, str, tuple[str, ...]]]:
        async with app.testing() as t:
            before = {each.name: each.status for each in t.state().services}
            assert before == {"stock": "never started", "shelf": "never started"}
            await t.call("read", order_id=7)
            return [(each.name, each.status, each.needs) for each in t.state().services]

    assert asyncio.run(use()) == [("stock", "up", ()), ("shelf", "up", ("stock",))]


def test_sources_tell_where_they_are_and_what_they_count() -> None:
    source = Manual()
    app = App("shop", entrypoints=[source])

    @app.on(get("/"))
    async def read() -> None: ...

    async def use() -> None:
        async with app.running():
            await source.ask("GET /")
            (found,) = app.state().sources
        assert (found.kind, found.addresses) == ("http", ("manual://here",))
        assert (found.accepted, found.finished, found.inside) == (1, 1, 0)

    asyncio.run(use())


def test_tasks_tell_their_age_and_the_line_they_wait_at() -> None:
    app = App("shop", entrypoints=[Manual()])
    began = asyncio.Event()

    @app.main
    async def main() -> None:
        began.set()
        await asyncio.Event().wait()

    async def use() -> None:
        async with app.running():
            await began.wait()
            (task,) = app.state().tasks
        assert (task.name, task.state, task.age >= 0) == ("main", "running", True)
        assert "test_state.py:" in task.line

    asyncio.run(use())


def test_no_secret_is_in_the_configuration_of_defaults() -> None:
    app = _shop()

    async def use() -> Mapping[str, object]:
        async with app.running():
            return app.state().data()

    data = asyncio.run(use())
    text = json.dumps(data, allow_nan=False)
    assert SECRET not in text
    values = {each["key"]: each["value"] for each in _values(data)}
    assert values["shop.dsn"] == "postgresql://ann:***@db/orders"
    assert values["shop.keyed"] == "host=db password=***"
    assert values["shop.login.user"] == "ann"
    assert (values["shop.login.password"], values["shop.hidden"], values["shop.raw"]) == ("***", "***", "***")
    assert (values["shop.burst"], values["shop.on"], values["shop.limit"]) == (5, True, "inf")
    assert values["app.grace"] == 20.0


def _values(data: Mapping[str, object]) -> list[dict[str, object]]:
    found = data["configuration"]
    assert isinstance(found, list)
    return found


class Told:
    """A configuration that tells origins."""

    def configuration(self, sections: Mapping[str, type], options: Sequence[object], /) -> Configuration:
        return self

    def slice(self, section: str, model: type[T], /) -> T:
        return model()

    def __getitem__(self, key: str, /) -> object:
        raise KeyError(key)

    def values(self) -> Iterable[Traced]:
        return [
            Value("pg.host", "db", "etc/main.yaml:3:9"),
            Value("pg.dsn", f"postgresql://ann:{SECRET}@db", "default"),
            Value("pg.password", SECRET, "environment SHOP_PG_PASSWORD"),
            Value("pg.token", None, "default"),
            Value("pg.nested", {"secret": SECRET}, "default"),
        ]


def test_values_are_told_with_their_origins_and_masked_besides() -> None:
    app = App("shop", configuring=Told(), entrypoints=[Manual()])

    async def use() -> tuple[Value, ...]:
        async with app.running():
            return app.state().configuration

    assert asyncio.run(use()) == (
        Value("pg.host", "db", "etc/main.yaml:3:9"),
        Value("pg.dsn", "postgresql://ann:***@db", "default"),
        Value("pg.password", "***", "environment SHOP_PG_PASSWORD"),
        Value("pg.token", None, "default"),
        Value("pg.nested", {"secret": "***"}, "default"),
    )


@dataclass(frozen=True)
class Remembered:
    time: int
    event: str = "POST /"
    message: str = f"login with password={SECRET}"
    error: str = "OSError: refused"
    trace_id: str = "0af7"


class Remembering(PlainMonitoring):
    def monitor(self, service: str, configuration: Configuration, /) -> Monitor:
        monitor = super().monitor(service, configuration)
        told = type("Told", (), {"errors": [Remembered(n * 10**9) for n in range(80)]})()
        monitor.__class__ = type("Remembering", (type(monitor),), {"state": lambda _: told})
        return monitor


def test_the_last_errors_are_those_that_the_monitor_remembers_bounded_and_masked() -> None:
    app = App("shop", monitoring=Remembering(), entrypoints=[Manual()])

    async def use() -> tuple[LastError, ...]:
        async with app.running():
            return app.state().errors

    errors = asyncio.run(use())
    assert (len(errors), errors[-1].time) == (50, 79.0)
    assert errors[-1] == LastError(79.0, "POST /", "login with password=***", "OSError: refused", "0af7")


def test_what_ended_the_application_is_told_without_secrets() -> None:
    app = App("shop", entrypoints=[Manual()])

    @app.main
    async def main() -> None:
        raise RuntimeError(f"cannot reach amqp://ann:{SECRET}@mq")

    async def use() -> None:
        async with app.running() as run:
            await run.ended.wait()

    with pytest.raises(RuntimeError):
        asyncio.run(use())
    assert app.state().failure == "RuntimeError: cannot reach amqp://ann:***@mq"


def test_a_part_that_cannot_tell_keeps_nobody_from_learning_the_rest() -> None:
    class Mute(PlainContainer):
        def states(self) -> Mapping[str, object]:  # type: ignore[override]
            raise RuntimeError(f"no states, password={SECRET}")

    class Shut(Manual):
        is_shut = False

        @property
        def addresses(self) -> Sequence[str]:
            if self.is_shut:
                raise OSError("gone")
            return ()

    source = Shut()
    app = App("shop", container=Mute(), entrypoints=[source])

    @app.on(get("/"))
    async def read() -> None: ...

    async def use() -> None:
        async with app.running():
            source.is_shut = True
            state = app.state()
            source.is_shut = False
        services, sources = state.problems
        assert services == "services: RuntimeError: no states, password=***"
        assert sources == "sources: OSError: gone"
        assert (len(state.handlers), state.services, state.sources) == (1, (), ())

    asyncio.run(use())


class Opaque:
    """A container that tells nothing of its services."""

    def __init__(self) -> None:
        self._inner = PlainContainer()

    def __getattr__(self, name: str) -> object:
        if name in ("describe", "states", "override"):
            raise AttributeError(name)
        return getattr(self._inner, name)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None: ...


def test_a_container_that_tells_nothing_is_left_out() -> None:
    app = App("shop", container=Opaque(), entrypoints=[Manual()])  # type: ignore[arg-type]

    async def use() -> object:
        async with app.running():
            return app.state().services, app.state().problems

    assert asyncio.run(use()) == ((), ())


class Failing(Told):
    """A configuration that fails once it is broken, and tells no origins."""

    is_broken = False
    values = None  # type: ignore[assignment]

    def slice(self, section: str, model: type[T], /) -> T:
        if self.is_broken:
            raise LookupError(f"no section, token={SECRET}")
        return model()


def test_a_configuration_that_fails_is_told_as_a_problem() -> None:
    failing = Failing()
    app = App("shop", configuring=failing, entrypoints=[Manual()])

    async def use() -> tuple[str, ...]:
        async with app.running():
            failing.is_broken = True
            found = app.state().problems
            failing.is_broken = False
            return found

    assert asyncio.run(use()) == ("configuration: LookupError: no section, token=***",)
