"""The entrypoints of an application: made, equipped, and given their plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from cordio_core._discovery import entrypoint
from cordio_core._equipment import Equipment
from cordio_core._exceptions import CoreError
from cordio_core._internal import Internal
from cordio_core._parts import Parts
from cordio_core._plan import Plan
from cordio_core._schedule import Schedule
from cordio_core.data import converters
from cordio_core.events import Event
from cordio_core.protocols import Entrypoint, EquippedEntrypoint, UsingEntrypoint

__all__ = ["note", "opened", "used"]


def opened(parts: Parts, plans: Sequence[Plan], problems: list[str]) -> Iterator[Entrypoint]:
    """Make the entrypoints that an application needs, and give them their plans.

    Parameters
    ----------
    parts : Parts
        What the application is made of.
    plans : sequence of Plan
        The ways of its events.
    problems : list of str
        Takes what is wrong.

    Yields
    ------
    Entrypoint
        One for each kind of event.
    """
    wanted = [*parts.sources, *(item.event.kind for item in parts.attached)]
    made: dict[str, Entrypoint] = {
        Internal.kind: Internal(parts.converters),
        Schedule.kind: Schedule(parts.clock),
    }
    made |= {source.kind: source for source in wanted if not isinstance(source, str)}
    problems.extend(_doubles(parts))
    equipment = Equipment(parts.name, converters(parts.converters), parts.container)
    for kind in dict.fromkeys(source if isinstance(source, str) else source.kind for source in wanted):
        try:
            source = made.get(kind) or entrypoint(kind)
        except CoreError as error:
            problems.append(str(error))
        else:
            if isinstance(source, EquippedEntrypoint):
                note(problems, source.equip, equipment)
            note(problems, source.attach, _once_each(plans, kind))
            yield source


def used(source: Entrypoint) -> Sequence[Callable[..., object]]:
    """Return the functions whose services an entrypoint calls by itself.

    Parameters
    ----------
    source : Entrypoint
        The entrypoint, its plans attached.

    Returns
    -------
    sequence of callable
        They; none unless it tells.
    """
    return source.uses if isinstance(source, UsingEntrypoint) else ()


def note(problems: list[str], check: Callable[..., object], *args: object) -> None:
    """Run a part's own check; its mistakes join the list instead of ending it.

    Parameters
    ----------
    problems : list of str
        Takes the mistakes.
    check : callable
        The check.
    *args : object
        What it is called with.

    Raises
    ------
    Exception
        If the check breaks, instead of finding mistakes.
    """
    try:
        check(*args)
    except Exception as error:  # a check of another package has errors of its own; others are raised again
        found = getattr(error, "problems", None)
        if found is None and not isinstance(error, CoreError):
            raise
        problems.extend(map(str, [error] if found is None else found))


def _once_each(plans: Sequence[Plan], kind: str) -> list[Plan]:
    """Return the plans of a kind; of an exclusive event that is there twice, which is told, the first."""
    seen: set[Event] = set()
    found: list[Plan] = []
    for plan in plans:
        if plan.event.kind == kind and not (plan.event.exclusive and plan.event in seen):
            seen.add(plan.event)
            found.append(plan)
    return found


def _doubles(parts: Parts) -> Iterator[str]:
    ready = [source.kind for source in parts.sources if not isinstance(source, str)]
    for kind in dict.fromkeys(kind for kind in ready if ready.count(kind) > 1):
        yield f"{kind}: two entrypoints of this kind were given to {parts.name}: give one of them"
