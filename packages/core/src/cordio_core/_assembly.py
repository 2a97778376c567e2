"""Everything of an application that is worked out before anything starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from cordio_core._attached import Attached, ordered
from cordio_core._clock import MachineClock
from cordio_core._discovery import entrypoint
from cordio_core._ended import Halt
from cordio_core._exceptions import CoreError, StartError
from cordio_core._internal import Internal
from cordio_core._plan import Plan
from cordio_core._schedule import Schedule
from cordio_core._settings import AppSettings
from cordio_core._step import awaitable
from cordio_core._task_work import Work
from cordio_core.protocols import AsgiEntrypoint, Clock, Container, Converter, Entrypoint, Guard
from cordio_core.scenarios import Repeating

__all__ = ["Assembly", "Parts", "assemble"]

_Given = dict[Callable[..., object], frozenset[str]]


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
    problems: list[str] = []
    plans = list(_plans(parts, problems))
    given = _given(plans, parts.works)
    _note(problems, parts.container.check, tuple(given), given)
    _note(problems, parts.guard.check)
    entrypoints = tuple(_entrypoints(parts, plans, problems))
    _refuse(parts.name, problems)
    sections = _sections(parts, entrypoints, parts.container.sections(tuple(given)), problems)
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
    )


def _refuse(name: str, problems: Sequence[str]) -> None:
    if problems:
        raise StartError(name, problems)


def _plans(parts: Parts, problems: list[str]) -> Iterator[Plan]:
    for item in ordered(parts.attached, problems):
        try:
            yield Plan(
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
        except CoreError as error:
            problems.append(str(error))


def _doubles(parts: Parts) -> Iterator[str]:
    ready = [source.kind for source in parts.sources if not isinstance(source, str)]
    for kind in dict.fromkeys(kind for kind in ready if ready.count(kind) > 1):
        yield f"{kind}: two entrypoints of this kind were given to {parts.name}: give one of them"


def _given(plans: Iterable[Plan], works: Iterable[Work]) -> _Given:
    given: _Given = {}
    for plan in plans:
        for step, names in plan.callables.items():
            given[step] = given.get(step, frozenset()) | names
        given |= {function: frozenset() for function in plan.event.uses if function not in given}
    for work in works:
        given.setdefault(work.function, frozenset())
    return given


def _entrypoints(parts: Parts, plans: Sequence[Plan], problems: list[str]) -> Iterator[Entrypoint]:
    wanted = [*parts.sources, *(item.event.kind for item in parts.attached)]
    made: dict[str, Entrypoint] = {
        Internal.kind: Internal(parts.converters),
        Schedule.kind: Schedule(parts.clock),
    }
    made |= {source.kind: source for source in wanted if not isinstance(source, str)}
    problems.extend(_doubles(parts))
    for kind in dict.fromkeys(source if isinstance(source, str) else source.kind for source in wanted):
        try:
            source = made.get(kind) or entrypoint(kind)
        except CoreError as error:
            problems.append(str(error))
        else:
            _note(problems, source.attach, [plan for plan in plans if plan.event.kind == kind])
            yield source


def _note(problems: list[str], check: Callable[..., object], *args: object) -> None:
    """Run a part's own check; its mistakes join the list instead of ending it."""
    try:
        check(*args)
    except Exception as error:
        found = getattr(error, "problems", None)
        if found is None and not isinstance(error, CoreError):
            raise
        problems.extend(map(str, [error] if found is None else found))


def _sections(
    parts: Parts, entrypoints: Iterable[Entrypoint], services: Mapping[str, type], problems: list[str]
) -> Mapping[str, type]:
    """Put the settings models together; a section that two owners understand differently is a mistake."""
    owned: list[tuple[str, Mapping[str, type]]] = [
        ("the application", {"app": parts.settings}),
        ("the monitor", parts.watched),
        ("a service", services),
        *((f"the entrypoint {source.kind!r}", source.sections) for source in entrypoints),
        ("a block", parts.blocks),
    ]
    sections: dict[str, tuple[str, type]] = {}
    for owner, models in owned:
        for section, model in models.items():
            first, known = sections.setdefault(section, (owner, model))
            if known is not model:
                problems.append(
                    f"the section {section!r} is of {first} and of {owner}: give one of them another name"
                )
    return {section: model for section, (_, model) in sections.items()}
