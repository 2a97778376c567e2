"""Everything of an application that is worked out before anything starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cordio_core._discovery import entrypoint
from cordio_core._exceptions import CoreError, StartError
from cordio_core._plan import Plan
from cordio_core._signature import place
from cordio_core.events import Event
from cordio_core.protocols import Container, Entrypoint, Guard

__all__ = ["Assembly", "Attached", "assemble"]


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
class Assembly:
    """An application that can be started.

    Parameters
    ----------
    plans : tuple of Plan
        One for each event of each handler.
    entrypoints : tuple of Entrypoint
        One for each kind of event, its plans attached.
    sections : mapping of str to type
        The settings models that services and entrypoints in use need.
    reached : tuple of callable
        All functions whose services are to be started.
    main : callable or None
        The root component.
    """

    plans: tuple[Plan, ...]
    entrypoints: tuple[Entrypoint, ...]
    sections: Mapping[str, type]
    reached: tuple[Callable[..., object], ...]
    main: Callable[..., object] | None = None


def assemble(
    name: str,
    attached: Sequence[Attached],
    main: Callable[..., object] | None,
    sources: Iterable[str | Entrypoint],
    container: Container,
    guard: Guard,
) -> Assembly:
    """Work out the whole application and find all that is wrong with it.

    Parameters
    ----------
    name : str
        The application.
    attached : sequence of Attached
        Its handlers.
    main : callable or None
        Its root component.
    sources : iterable of str or Entrypoint
        Entrypoints that it has without any handler of theirs, by kind or ready made.
    container : Container
        Where services come from.
    guard : Guard
        The handler layer.

    Returns
    -------
    Assembly
        What can be started.

    Raises
    ------
    StartError
        All mistakes at once.
    """
    problems = list(_doubles(attached))
    plans = list(_plans(attached, container, guard, problems))
    given = _given(plans, main)
    _note(problems, container.check, tuple(given), given)
    _note(problems, guard.check)
    entrypoints = list(_entrypoints([*sources, *(item.event.kind for item in attached)], plans, problems))
    if problems:
        raise StartError(name, problems)
    sections = dict(container.sections(tuple(given)))
    for source in entrypoints:
        sections.update(source.sections)
    return Assembly(tuple(plans), tuple(entrypoints), sections, tuple(given), main)


def _doubles(attached: Sequence[Attached]) -> Iterable[str]:
    first: dict[Event, Attached] = {}
    for item in attached:
        other = first.setdefault(item.event, item)
        if other is not item and item.event.kind != "schedule":
            yield (
                f"{item.event.name!r} has two handlers, {place(other.handler)} and {place(item.handler)}: "
                f"give one of them another event"
            )


def _plans(
    attached: Sequence[Attached], container: Container, guard: Guard, problems: list[str]
) -> Iterable[Plan]:
    for item in attached:
        try:
            yield Plan(item.event, item.handler, container, guard, before=item.before, after=item.after)
        except CoreError as error:
            problems.append(str(error))


def _given(
    plans: Sequence[Plan], main: Callable[..., object] | None
) -> dict[Callable[..., object], frozenset[str]]:
    given: dict[Callable[..., object], frozenset[str]] = {}
    for plan in plans:
        for step, names in plan.callables.items():
            given[step] = given.get(step, frozenset()) | names
    if main is not None:
        given[main] = frozenset()
    return given


def _entrypoints(
    sources: Sequence[str | Entrypoint], plans: Sequence[Plan], problems: list[str]
) -> Iterable[Entrypoint]:
    made = {source.kind: source for source in sources if not isinstance(source, str)}
    for kind in dict.fromkeys(source if isinstance(source, str) else source.kind for source in sources):
        try:
            source = made.get(kind) or entrypoint(kind)
            source.attach([plan for plan in plans if plan.event.kind == kind])
            yield source
        except CoreError as error:
            problems.append(str(error))


def _note(problems: list[str], check: Callable[..., object], *args: object) -> None:
    """Run a part's own check; its mistakes join the list instead of ending it."""
    try:
        check(*args)
    except Exception as error:
        found = getattr(error, "problems", None)
        if found is None:
            raise
        problems.extend(str(problem) for problem in found)
