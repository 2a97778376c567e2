"""Five scenarios that go together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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


def _at_once() -> Repeating:
    return Repeating(tasks=Stop())


PRODUCTION = Preset("production")
DEVELOPMENT = Preset("development", defaults=DevelopmentDefaults)
TEST = Preset("test", defaults=TestDefaults, repeating=_at_once)
