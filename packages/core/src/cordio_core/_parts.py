"""What an application is made of, before it is worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cordio_core._clock import MachineClock
from cordio_core._settings import AppSettings

if TYPE_CHECKING:
    from cordio_core._attached import Attached
    from cordio_core._ended import Halt
    from cordio_core._task_work import Work
    from cordio_core.protocols import Clock, Container, Converter, Entrypoint, Guard

__all__ = ["Parts"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What an application is made of.

    Parameters
    ----------
    name : str
        The application.
    attached : sequence of Attached
        Its handlers.
    works : sequence of Work
        Its root component and its tasks.
    sources : sequence of str or Entrypoint
        Entrypoints that it has without any handler of theirs, by kind or ready made.
    container : Container
        Where services come from.
    guard : Guard
        The handler layer.
    watched : mapping of str to type
        The settings models that the monitor needs.
    blocks : mapping of str to type
        The settings models of the application's own sections.
    converters : sequence of Converter
        Who makes values of plain data, before those that are there anyway.
    halt : callable or None
        Stops the application for an exception.
    clock : Clock
        The time of schedules and tasks.
    settings : type
        The model of the section ``app``.
    unused : sequence of str
        What was begun to be attached, and was not.
    """

    name: str
    attached: Sequence[Attached]
    works: Sequence[Work]
    sources: Sequence[str | Entrypoint]
    container: Container
    guard: Guard
    watched: Mapping[str, type] = field(default_factory=dict)
    blocks: Mapping[str, type] = field(default_factory=dict)
    converters: Sequence[Converter] = ()
    halt: Halt | None = None
    clock: Clock = field(default_factory=MachineClock)
    settings: type[AppSettings] = AppSettings
    unused: Sequence[str] = ()
