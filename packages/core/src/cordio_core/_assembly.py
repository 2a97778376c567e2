"""Everything of an application that is worked out before anything starts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cordio_core._discovery import entrypoint
from cordio_core._exceptions import CoreError, StartError
from cordio_core._plan import Plan
from cordio_core._settings import AppSettings
from cordio_core._signature import place
from cordio_core._step import awaitable
from cordio_core.events import Event
from cordio_core.protocols import AsgiEntrypoint, Container, Entrypoint, Guard

__all__ = ["Assembly", "Attached", "Parts", "assemble"]

_Given = dict[Callable[..., object], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Attached:
    """A handler as it was attached.

    Parameters
    ----------
    event : Event
        What it answers.
    handler : callable
        The handler.
    before : tuple of callable
        The handlers that run before it.
    after : tuple of callable
        The handlers that run after it.
    """

    event: Event
    handler: Callable[..., object]
    before: tuple[Callable[..., object], ...] = ()
    after: tuple[Callable[..., object], ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """What an application is made of.

    Parameters
    ----------
    name : str
        The application.
    attached : sequence of Attached
        Its handlers.
    main : callable or None
        Its root component.
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
    """

    name: str
    attached: Sequence[Attached]
    main: Callable[..., object] | None
    sources: Sequence[str | Entrypoint]
    container: Container
    guard: Guard
    watched: Mapping[str, type] = field(default_factory=dict)
    blocks: Mapping[str, type] = field(default_factory=dict)


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
    main : callable or None
        The root component, its services filled in.
    asgi : AsgiEntrypoint or None
        The entrypoint that serves behind a foreign ASGI server.
    """

    entrypoints: tuple[Entrypoint, ...]
    sections: Mapping[str, type]
    blocks: Mapping[str, type]
    reached: tuple[Callable[..., object], ...]
    main: Callable[[], Awaitable[object]] | None
    asgi: AsgiEntrypoint | None


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
    problems = list(_doubles(parts))
    plans = list(_plans(parts, problems))
    given = _given(plans, parts.main)
    _note(problems, parts.container.check, tuple(given), given)
    _note(problems, parts.guard.check)
    entrypoints = tuple(_entrypoints(parts, plans, problems))
    _refuse(parts.name, problems)
    sections = _sections(parts, entrypoints, parts.container.sections(tuple(given)), problems)
    _refuse(parts.name, problems)
    main = None if parts.main is None else parts.container.inject(awaitable(parts.main))
    asgi = next((source for source in entrypoints if isinstance(source, AsgiEntrypoint)), None)
    return Assembly(entrypoints, sections, dict(parts.blocks), tuple(given), main, asgi)


def _refuse(name: str, problems: Sequence[str]) -> None:
    if problems:
        raise StartError(name, problems)


def _doubles(parts: Parts) -> Iterator[str]:
    first: dict[Event, Attached] = {}
    for item in parts.attached:
        other = first.setdefault(item.event, item)
        if other is not item and item.event.kind != "schedule":
            yield (
                f"{item.event.name!r} has two handlers, {place(other.handler)} and {place(item.handler)}: "
                f"give one of them another event"
            )
    ready = [source.kind for source in parts.sources if not isinstance(source, str)]
    for kind in dict.fromkeys(kind for kind in ready if ready.count(kind) > 1):
        yield f"{kind}: two entrypoints of this kind were given to {parts.name}: give one of them"


def _plans(parts: Parts, problems: list[str]) -> Iterator[Plan]:
    for item in parts.attached:
        try:
            yield Plan(
                item.event,
                item.handler,
                parts.container,
                parts.guard,
                before=item.before,
                after=item.after,
            )
        except CoreError as error:
            problems.append(str(error))


def _given(plans: Iterable[Plan], main: Callable[..., object] | None) -> _Given:
    given: _Given = {}
    for plan in plans:
        for step, names in plan.callables.items():
            given[step] = given.get(step, frozenset()) | names
    if main is not None:
        given.setdefault(main, frozenset())
    return given


def _entrypoints(parts: Parts, plans: Sequence[Plan], problems: list[str]) -> Iterator[Entrypoint]:
    wanted = [*parts.sources, *(item.event.kind for item in parts.attached)]
    made = {source.kind: source for source in wanted if not isinstance(source, str)}
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
        ("the application", {"app": AppSettings}),
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
