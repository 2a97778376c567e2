"""An application that has something to tell of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from packages.fastapi.tests.doubles import Health, Monitor, Runtime

from cordio_fastapi import HttpEntrypoint, HttpSettings
from cordio_fastapi.diagnostics import DiagnosticsSettings

HERE = "http://127.0.0.1"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@dataclass(frozen=True)
class Numbers:
    count: int = 4
    failed: int = 1
    p50: float = 2.0
    p95: float = 30.0
    p99: float = 31.5
    largest: float = 32.0
    total: float = 40.0


@dataclass(frozen=True)
class Books:
    written: int = 7
    dropped: int = 1
    failed: int = 2
    pending: int = 3


@dataclass(frozen=True)
class Measures:
    handlers: Mapping[str, Numbers] = field(default_factory=dict)
    sinks: Mapping[str, Books] = field(default_factory=dict)
    level: str = "info"
    timings: Mapping[str, Numbers] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


class MeasuringMonitor(Monitor):
    """Has measured what a test says, and keeps the levels that were asked for."""

    def __init__(self, measures: Measures) -> None:
        super().__init__()
        self.measures = measures
        self.levels: list[tuple[str, float, str]] = []

    def state(self) -> Measures:
        return self.measures

    def set_level(self, level: str, /, *, within: float = 600.0, logger: str = "") -> None:
        self.levels.append((level, within, logger))


class Told(Runtime):
    """A started application that tells its state."""

    def __init__(
        self,
        measures: Measures | None = None,
        diagnostics: DiagnosticsSettings | None = None,
        healths: Mapping[str, Health] | None = None,
        parts: Mapping[str, object] | None = None,
    ) -> None:
        settings = HttpSettings(port=0, diagnostics=diagnostics or DiagnosticsSettings())
        super().__init__(settings, healths)
        self.parts, self.uptime = parts or {}, 8.0
        self.monitor: Any = Monitor() if measures is None else MeasuringMonitor(measures)

    def state(self) -> Mapping[str, object]:
        return {"name": self.name, "phase": self.phase, "uptime": self.uptime, **self.parts}


def asking(entrypoint: HttpEntrypoint, peer: str | None = "127.0.0.1", base: str = HERE) -> httpx.AsyncClient:
    """Make a client that asks an entrypoint in this process, as from an address."""
    client: Any = None if peer is None else (peer, 40_000)
    transport = httpx.ASGITransport(entrypoint.asgi, client=client)
    return httpx.AsyncClient(transport=transport, base_url=base)
