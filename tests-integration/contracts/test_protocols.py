"""Each real class satisfies each protocol it is used for: by mypy, which reads this file, and at run time."""

from __future__ import annotations

import inspect

import pytest

from cordio._configuring import ProjectFiles
from cordio._monitoring import ConsoleMonitoring
from cordio._recorder import MonitorRecorder
from cordio_config import Config
from cordio_core import Running, Schedule, protocols
from cordio_di import Container
from cordio_errors import Answer, Errors, Outcome, Recorder, Rendered
from cordio_fastapi import HttpEntrypoint
from cordio_monitor import Log, Monitor


def of_the_kernel(
    config: Config,
    files: ProjectFiles,
    container: Container,
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
    guard: protocols.Guard = errors
    came: protocols.Outcome = outcome
    said: protocols.Answer = answer
    sent: protocols.Rendered = rendered
    watch: protocols.Monitor = monitor
    watching: protocols.Monitoring = monitoring
    logger: protocols.Log = log
    source: protocols.Entrypoint = http
    served: protocols.AsgiEntrypoint = http
    timed: protocols.Entrypoint = schedule
    runtime: protocols.Runtime = running
    return (
        *(configuration, configuring, services, guard, came, said, sent, watch, watching, logger),
        *(source, served, timed, runtime),
    )


def of_the_leaves(recorder: MonitorRecorder) -> Recorder:
    """Hold what the meta-package brings against what a leaf asks for."""
    return recorder


PAIRS: list[tuple[type, type]] = [
    (Config, protocols.Configuration),
    (ProjectFiles, protocols.Configuring),
    (Container, protocols.Container),
    (Errors, protocols.Guard),
    (Outcome, protocols.Outcome),
    (Answer, protocols.Answer),
    (Rendered, protocols.Rendered),
    (Monitor, protocols.Monitor),
    (ConsoleMonitoring, protocols.Monitoring),
    (Log, protocols.Log),
    (HttpEntrypoint, protocols.AsgiEntrypoint),
    (Schedule, protocols.Entrypoint),
    (Running, protocols.Runtime),
    (MonitorRecorder, Recorder),
]


def members(protocol: type) -> set[str]:
    ignored = {"__init__", "__class_getitem__", "__subclasshook__", "__init_subclass__"}
    own = {name for kind in protocol.__mro__[:-1] for name in vars(kind) if kind.__module__ != "typing"}
    return {
        name for name in own if not name.startswith("_") or name in ("__getitem__", "__aenter__", "__aexit__")
    } - (ignored)


@pytest.mark.parametrize(
    ("real", "protocol"), PAIRS, ids=lambda kind: f"{kind.__module__}.{kind.__qualname__}"
)
def test_a_real_class_has_every_member_of_its_protocol(real: type, protocol: type) -> None:
    fields = set(inspect.get_annotations(real)) | {name for kind in real.__mro__ for name in vars(kind)}
    slots = {name for kind in real.__mro__ for name in getattr(kind, "__slots__", ())}
    made = set(_assigned(vars(real).get("__init__")))
    missing = members(protocol) - fields - slots - made
    assert not missing, f"{real.__qualname__} lacks {sorted(missing)}"


def _assigned(init: object) -> tuple[str, ...]:
    code = getattr(init, "__code__", None)
    return code.co_names if code is not None else ()
