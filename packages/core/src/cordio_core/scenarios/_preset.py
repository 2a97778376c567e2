"""Five scenarios that go together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cordio_core._exceptions import CoreError
from cordio_core._handed import refuse_name, refuse_type
from cordio_core._plain import PlainConfiguring, PlainGuard, PlainMonitoring
from cordio_core._policy import Stop
from cordio_core._settings import AppSettings
from cordio_core.protocols import Configuring, Guard, Monitoring
from cordio_core.scenarios._defaults import DevelopmentDefaults, TestDefaults
from cordio_core.scenarios._repeating import Repeating

__all__ = ["DEVELOPMENT", "PRODUCTION", "TEST", "Preset"]


@dataclass(frozen=True, slots=True)
class Preset:
    """How an application goes about everything, under one name.

    Parameters
    ----------
    name : str
        The name of the preset.
    configuring : callable
        Makes the scenario of configuration: where values come from.
    defaults : type
        The model of the section ``app``, whose defaults hold where the configuration gives no value.
    repeating : callable
        Makes the scenario of repeating.
    errors : callable
        Makes the scenario of errors: the handler layer and its rules.
    monitoring : callable
        Makes the scenario of monitoring: where records go.

    Raises
    ------
    CoreError
        If one of them is nothing of that kind.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from cordio_core import App
    >>> patient = replace(PRODUCTION, name="patient", repeating=lambda: Repeating())
    >>> App("orders", preset=patient).preset.name
    'patient'
    """

    name: str
    configuring: Callable[[], Configuring] = PlainConfiguring
    defaults: type[AppSettings] = AppSettings
    repeating: Callable[[], Repeating] = Repeating
    errors: Callable[[], Guard] = PlainGuard
    monitoring: Callable[[], Monitoring] = PlainMonitoring

    def __post_init__(self) -> None:
        """Refuse what has no name, or makes nothing."""
        refuse_type("name", self.name, str, "write Preset('staging')", is_needed=True)
        refuse_name("name", self.name, "write Preset('staging')")
        for each in ("configuring", "defaults", "repeating", "errors", "monitoring"):
            if not callable(getattr(self, each)):
                what = f"{each}={getattr(self, each)!r} of the preset {self.name!r} cannot be called"
                raise CoreError(f"{what}: give a function or a class that makes it")


def _at_once() -> Repeating:
    return Repeating(tasks=Stop())


PRODUCTION = Preset("production")
DEVELOPMENT = Preset("development", defaults=DevelopmentDefaults)
TEST = Preset("test", defaults=TestDefaults, repeating=_at_once)
