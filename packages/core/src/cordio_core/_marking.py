"""Handlers that are marked where they stand, for an application that finds them by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TypedDict, TypeVar

from cordio_core._duration import time_limit
from cordio_core._exceptions import CoreError
from cordio_core.events import Event

__all__ = ["Mark", "marked", "on", "refuse_options"]

H = TypeVar("H", bound=Callable[..., object])
_KEY = "__cordio_on__"
_NOT_OURS = ("test_", "conftest", "__main__")


class Options(TypedDict):
    """The arguments of ``App.on`` beside the events."""

    before: Sequence[Callable[..., object]]
    after: Sequence[Callable[..., object]]
    around: Sequence[Callable[..., object]]
    errors: Sequence[object]
    order: int | None
    within: str | float | None


@dataclass(frozen=True, slots=True)
class Mark:
    """What a handler was marked with; the arguments of ``App.on``.

    Parameters
    ----------
    events : tuple of Event
        What it answers.
    options : Options
        The other arguments, by name.
    """

    events: tuple[Event, ...]
    options: Options


def on(
    *events: Event,
    before: Sequence[Callable[..., object]] = (),
    after: Sequence[Callable[..., object]] = (),
    around: Sequence[Callable[..., object]] = (),
    errors: Sequence[object] = (),
    order: int | None = None,
    within: str | float | None = None,
) -> Callable[[H], H]:
    """Mark a handler, so that ``App(discover="home")`` attaches it.

    Parameters
    ----------
    *events : Event
        As for ``App.on``; so are the others.
    before : sequence of callable
        Handlers that run before it.
    after : sequence of callable
        Handlers that run after it.
    around : sequence of callable
        Generators with one yield that run around all of these.
    errors : sequence of object
        Error rules of this handler alone.
    order : int or None
        Where it stands among several handlers of one event.
    within : str or float or None
        How long it and its chain may take.

    Returns
    -------
    callable
        A decorator that returns the handler as it is.

    Raises
    ------
    CoreError
        If no event is given.
    ValueError
        If the limit of time is none.

    Examples
    --------
    >>> from cordio_core import every, on
    >>> @on(every("1h"))
    ... async def strike() -> None: ...
    """
    if not events or not all(isinstance(event, Event) for event in events):
        raise CoreError("on needs an event: write @on(get('/path')), with the call's parentheses")
    refuse_options(before=before, after=after, around=around, errors=errors, order=order)
    time_limit(within, "a handler")
    mark = Mark(
        events,
        {
            "before": before,
            "after": after,
            "around": around,
            "errors": errors,
            "order": order,
            "within": within,
        },
    )

    def attach(handler: H) -> H:
        try:
            setattr(handler, _KEY, (*getattr(handler, _KEY, ()), mark))
        except AttributeError:
            raise CoreError(
                f"{handler!r} cannot be marked: mark a function, or attach it with app.on"
            ) from None
        return handler

    return attach


def refuse_options(*, order: object, errors: object, **steps: object) -> None:
    """Refuse options of ``App.on`` that are of another kind.

    Parameters
    ----------
    order : object
        What is to be a number or None.
    errors : object
        What is to be a sequence of rules.
    **steps : object
        What is to be a sequence of handlers, by its name.

    Raises
    ------
    CoreError
        If one is something else.
    """
    if not isinstance(errors, Sequence):
        raise CoreError(f"errors= is a list of rules, not {errors!r}")
    for name, step in steps.items():
        if not isinstance(step, Sequence):
            told = getattr(step, "__name__", None)
            what = f", not {step!r}" if told is None else f": write {name}=[{told}]"
            raise CoreError(f"{name}= is a list of handlers{what}")
    if isinstance(order, bool) or not isinstance(order, int | None):
        raise CoreError(f"order= is a number, not {order!r}")


def marked(package: str) -> Iterator[tuple[Callable[..., object], Mark]]:
    """Import the modules of a package and yield the handlers that are marked in them.

    Tests are left out: ``test_*``, ``conftest`` and what lies in a folder ``tests``.

    Parameters
    ----------
    package : str
        The name of the package, or of one module.

    Yields
    ------
    tuple[Callable[..., object], Mark]
        Each handler with one of its marks, in the order of the modules' names and of their lines.

    Raises
    ------
    CoreError
        If there is no such package.
    """
    for module in _modules(package):
        for member in list(vars(module).values()):
            if getattr(member, "__module__", None) == module.__name__:
                for mark in vars(member).get(_KEY, ()) if hasattr(member, "__dict__") else ():
                    yield member, mark


def _modules(package: str) -> Iterator[ModuleType]:
    try:
        root = import_module(package)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{package}.".startswith(f"{error.name}."):
            raise
        raise CoreError(
            f"there is no package {package!r} to find handlers in: give discover= a name that can be imported"
        ) from error
    yield root
    yield from _below(root)


def _below(package: ModuleType) -> Iterator[ModuleType]:
    found = iter_modules(getattr(package, "__path__", ()), f"{package.__name__}.")
    for name in sorted(info.name for info in found if _is_ours(info.name)):
        module = import_module(name)
        yield module
        yield from _below(module)


def _is_ours(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last != "tests" and not last.startswith(_NOT_OURS)
