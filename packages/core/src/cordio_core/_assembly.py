"""Everything of an application that is worked out before anything starts."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from cordio_core._attached import ordered
from cordio_core._exceptions import CoreError, StartError
from cordio_core._internal import Internal
from cordio_core._openings import note, opened, used
from cordio_core._parts import Parts
from cordio_core._plan import Plan
from cordio_core._sections import sections_of
from cordio_core._settings import AppSettings
from cordio_core._step import awaitable
from cordio_core._task_work import Work
from cordio_core._time_limit import limited
from cordio_core.protocols import AsgiEntrypoint, Clock, Container, Entrypoint, Guard
from cordio_core.scenarios import Repeating

__all__ = ["Assembly", "assemble"]

_OFFERED = ("monitor", "errors")
_Given = dict[Callable[..., object], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Assembly:
    """An application that can be started.

    Parameters
    ----------
    entrypoints : tuple of Entrypoint
        One for each kind of event, its plans attached.
    sections : mapping of str to type
        The settings models of everything in use.
    blocks : mapping of str to type
        Those of the application's own sections.
    reached : tuple of callable
        All functions whose services are to be started.
    works : tuple of Work
        The root component and the tasks, their services filled in.
    asgi : AsgiEntrypoint or None
        The entrypoint that serves behind a foreign ASGI server.
    internal : Internal or None
        The entrypoint of what happens inside the application, if a handler listens.
    plans : tuple of Plan
        The way of each event.
    guard : Guard
        The handler layer.
    clock : Clock
        The time of schedules and tasks.
    offered : frozenset of str
        The names under which services get parts of the application: no service of its own has them.
    """

    entrypoints: tuple[Entrypoint, ...]
    sections: Mapping[str, type]
    blocks: Mapping[str, type]
    reached: tuple[Callable[..., object], ...]
    works: tuple[Work, ...]
    asgi: AsgiEntrypoint | None
    internal: Internal | None
    plans: tuple[Plan, ...]
    guard: Guard
    clock: Clock
    offered: frozenset[str]

    def repeating(self, scenario: Repeating) -> Assembly:
        """Return the same with another scenario of repeating.

        Parameters
        ----------
        scenario : Repeating
            What happens to tasks that do not say what happens when they fail.

        Returns
        -------
        Assembly
            What can be started.
        """
        works = (replace(work, policy=scenario.tasks) if work.is_default else work for work in self.works)
        return replace(self, works=tuple(works))

    @property
    def settings(self) -> type[AppSettings]:
        """The model of the section ``app``."""
        return cast("type[AppSettings]", self.sections["app"])


def assemble(parts: Parts) -> Assembly:
    """Work out the whole application and find all that is wrong with it.

    Parameters
    ----------
    parts : Parts
        What it is made of.

    Returns
    -------
    Assembly
        What can be started.

    Raises
    ------
    StartError
        All mistakes at once.
    """
    problems: list[str] = list(parts.unused)
    offered = _offered(parts.container)
    outside: list[str] = []
    plans = list(_plans(parts, problems))
    entrypoints = tuple(opened(parts, plans, outside))
    given = _given(plans, parts.works, entrypoints)
    note(problems, parts.container.check, tuple(given), given)
    note(problems, parts.guard.check)
    _refuse(parts.name, [*problems, *outside])
    sections = sections_of(parts, entrypoints, parts.container.sections(tuple(given)), problems)
    _refuse(parts.name, problems)
    for plan in plans:
        plan.settle()
    works = [replace(work, function=parts.container.inject(awaitable(work.function))) for work in parts.works]
    return Assembly(
        entrypoints,
        sections,
        dict(parts.blocks),
        tuple(given),
        tuple(works),
        next((source for source in entrypoints if isinstance(source, AsgiEntrypoint)), None),
        next((source for source in entrypoints if isinstance(source, Internal)), None),
        tuple(plans),
        parts.guard,
        parts.clock,
        offered,
    )


def _offered(container: Container) -> frozenset[str]:
    """Announce the parts that services may ask for by name, unless a service has that name."""
    free = [name for name in _OFFERED if not container.provides(name, inspect.Parameter.empty)]
    for name in free:
        container.expect(name, object)
    return frozenset(free)


def _refuse(name: str, problems: Sequence[str]) -> None:
    if problems:
        raise StartError(name, problems)


def _plans(parts: Parts, problems: list[str]) -> Iterator[Plan]:
    for item in ordered(parts.attached, problems):
        try:
            plan = Plan(
                item.event,
                item.handler,
                parts.container,
                parts.guard,
                before=item.before,
                after=item.after,
                around=item.around,
                rules=item.rules,
                halt=parts.halt,
            )
            if item.within is not None:
                plan.way = limited(plan.way, plan.place, item.within)
                plan.chain.within = item.within
            yield plan
        except CoreError as error:
            problems.append(str(error))


def _given(plans: Iterable[Plan], works: Iterable[Work], entrypoints: Iterable[Entrypoint]) -> _Given:
    given: _Given = {}
    for plan in plans:
        for step, names in plan.callables.items():
            given[step] = given.get(step, frozenset()) | names
        given |= {function: frozenset() for function in plan.event.uses if function not in given}
    for function in (
        *(work.function for work in works),
        *(function for source in entrypoints for function in used(source)),
    ):
        given.setdefault(function, frozenset())
    return given
