"""Each real class satisfies each protocol it is used for: by mypy, which reads this file, and at run time."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from cordio._configuring import ProjectFiles
from cordio._monitoring import ConsoleMonitoring
from cordio._recorder import MonitorRecorder
from cordio_amqp import AmqpEntrypoint, AmqpLock, AmqpSettings
from cordio_config import Config
from cordio_core import App, Health, Running, Schedule, protocols
from cordio_core._plain import PlainConfiguring, PlainContainer, PlainGuard, PlainMonitoring
from cordio_di import Container
from cordio_di import Health as ServiceHealth
from cordio_errors import Answer, Errors, Outcome, Recorder, Rendered
from cordio_fastapi import HttpEntrypoint
from cordio_monitor import Log, Monitor
from cordio_pg import AdvisoryLock, PgSettings
from cordio_pg.events import PgEntrypoint


def of_the_kernel(
    config: Config,
    files: ProjectFiles,
    container: Container,
    health: ServiceHealth,
    errors: Errors,
    outcome: Outcome,
    answer: Answer,
    rendered: Rendered,
    monitor: Monitor,
    monitoring: ConsoleMonitoring,
    log: Log,
    http: HttpEntrypoint,
    schedule: Schedule,
    running: Running,
) -> tuple[object, ...]:
    """Hold each real class against its protocol; mypy refuses what does not fit."""
    configuration: protocols.Configuration = config
    configuring: protocols.Configuring = files
    services: protocols.Container = container
    state: Health = health
    guard: protocols.Guard = errors
    came: protocols.Outcome = outcome
    said: protocols.Answer = answer
    sent: protocols.Rendered = rendered
    watch: protocols.Monitor = monitor
    watching: protocols.Monitoring = monitoring
    span: protocols.Incoming = monitor.incoming("event")
    logger: protocols.Log = log
    source: protocols.Entrypoint = http
    served: protocols.AsgiEntrypoint = http
    timed: protocols.Entrypoint = schedule
    runtime: protocols.Runtime = running
    traceable: protocols.Traceable = config
    described: protocols.Described = container
    overridable: protocols.Overridable = container
    recalling: protocols.Recalling = monitor
    measuring: protocols.Measuring = monitor
    return (
        *(configuration, configuring, services, state, guard, came, said, sent, watch, watching, span),
        *(logger, source, served, timed, runtime, traceable, described, overridable, recalling, measuring),
    )


def of_the_leaves(recorder: MonitorRecorder) -> Recorder:
    """Hold what the meta-package brings against what a leaf asks for."""
    return recorder


def answered() -> Answer:
    async def fail() -> None:
        raise KeyError("A-1")

    answer = asyncio.run(Errors().run(fail)).answer
    assert answer is not None
    return answer


MONITOR = Monitor("orders", sinks=[])
PLAIN = PlainMonitoring().monitor("orders", PlainConfiguring().configuration({}, ()))

PAIRS: list[tuple[object, type]] = [
    (Config.load({}, paths=[], dotenv=None), protocols.Configuration),
    (Config.load({}, paths=[], dotenv=None), protocols.Traceable),
    (PlainConfiguring().configuration({}, ()), protocols.Configuration),
    (ProjectFiles("orders", Path(".")), protocols.Configuring),
    (PlainConfiguring(), protocols.Configuring),
    (Container(), protocols.Container),
    (PlainContainer(), protocols.Container),
    (Container(), protocols.Described),
    (PlainContainer(), protocols.Described),
    (Container(), protocols.Overridable),
    (PlainContainer(), protocols.Overridable),
    (ServiceHealth("up", 0.1), Health),
    (Errors(), protocols.Guard),
    (PlainGuard(), protocols.Guard),
    (Outcome(1), protocols.Outcome),
    (answered(), protocols.Answer),
    (answered().render("http"), protocols.Rendered),
    (MONITOR, protocols.Monitor),
    (PLAIN, protocols.Monitor),
    (MONITOR, protocols.Recalling),
    (MONITOR, protocols.Measuring),
    (MONITOR.incoming("event"), protocols.Incoming),
    (MONITOR.log, protocols.Log),
    (PLAIN.log, protocols.Log),
    (ConsoleMonitoring(Errors()), protocols.Monitoring),
    (PlainMonitoring(), protocols.Monitoring),
    (HttpEntrypoint(), protocols.AsgiEntrypoint),
    (Schedule(), protocols.Entrypoint),
    (AmqpEntrypoint(), protocols.Entrypoint),
    (AmqpEntrypoint(), protocols.PausableEntrypoint),
    (AmqpEntrypoint(), protocols.CheckedEntrypoint),
    (PgEntrypoint(), protocols.Entrypoint),
    (Container(), protocols.Inspectable),
    (PlainContainer(), protocols.Inspectable),
    (AmqpLock(AmqpSettings()), protocols.Lock),
    (AdvisoryLock(PgSettings()), protocols.Lock),
    (App("orders").running(), protocols.Runtime),
    (MonitorRecorder(MONITOR), Recorder),
]


@pytest.mark.parametrize(
    ("real", "protocol"),
    [pytest.param(r, p, id=f"{type(r).__module__}.{type(r).__name__} as {p.__name__}") for r, p in PAIRS],
)
def test_a_real_object_can_be_used_as_its_protocol_says(real: object, protocol: type) -> None:
    assert list(misfits(real, protocol)) == []


class Asked(Recorder, Protocol):
    """Everything that the next test leaves out or changes."""

    async def run(self, handler: Callable[..., object], /, *args: object) -> object: ...

    def check(self) -> None: ...


class Nothing:
    """Has no member at all."""


class Other:
    """Has every member, each in another shape."""

    check = None

    def run(self, handler: object) -> None: ...

    async def record(self, *, incident: object) -> None: ...


def test_a_missing_member_and_one_of_another_shape_are_noticed() -> None:
    assert set(misfits(Nothing(), Asked)) == {"lacks run", "lacks check", "lacks record"}
    assert set(misfits(Other(), Asked)) == {
        "check is no method",
        "run is not async",
        "run cannot be called with (handler, /, *args)",
        "record is async",
        "record cannot be called with (incident, /)",
    }


def misfits(real: object, protocol: type) -> Iterator[str]:
    """Tell what keeps an object from being used as a protocol says."""
    for name, wanted in _members(protocol).items():
        if not hasattr(real, name):
            yield f"lacks {name}"
        elif inspect.isfunction(wanted):
            yield from _other_shape(name, getattr(real, name), wanted)


def _members(protocol: type) -> dict[str, object]:
    kinds = [kind for kind in protocol.__mro__ if getattr(kind, "_is_protocol", False)]
    found = {name: member for kind in kinds for name, member in vars(kind).items()}
    used = ("__getitem__", "__aenter__", "__aexit__")
    return {name: member for name, member in found.items() if not name.startswith("_") or name in used}


def _other_shape(name: str, real: object, wanted: object) -> Iterator[str]:
    if not callable(real):
        yield f"{name} is no method"
        return
    assert callable(wanted)
    asked = inspect.signature(wanted)
    if inspect.iscoroutinefunction(real) is not inspect.iscoroutinefunction(wanted):
        yield f"{name} is not async" if inspect.iscoroutinefunction(wanted) else f"{name} is async"
    own = asked.replace(parameters=list(asked.parameters.values())[1:])
    if not _takes(inspect.signature(real), own):
        bare = [p.replace(annotation=p.empty) for p in own.parameters.values()]
        yield f"{name} cannot be called with {inspect.Signature(bare)}"


def _takes(real: inspect.Signature, asked: inspect.Signature) -> bool:
    """Tell whether a method can be called in the barest and in the fullest way that the protocol allows."""
    parameters = asked.parameters.values()
    needed = [
        p for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    try:
        real.bind(*_by_place(needed), **_by_name(needed))
        real.bind(*_by_place(parameters), **_by_name(parameters))
    except TypeError:
        return False
    return True


def _by_place(parameters: Collection[inspect.Parameter]) -> list[object]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL)
    return [p.name for p in parameters if p.kind in kinds]


def _by_name(parameters: Collection[inspect.Parameter]) -> dict[str, object]:
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    named: dict[str, object] = {p.name: p.name for p in parameters if p.kind in kinds}
    is_open = any(p.kind is p.VAR_KEYWORD for p in parameters)
    return named | ({"any_other": "field"} if is_open else {})
