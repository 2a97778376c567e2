"""The init and final methods that the handlers of an object share: they run in the layer of each."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar
from weakref import WeakKeyDictionary

from cordio_errors._exceptions import LayerError

__all__ = ["Life", "Turn", "is_method", "life_of", "mark", "turn_of"]

F = TypeVar("F", bound=Callable[..., object])
Turn = Literal["init", "final"]
_KEY = "__cordio_turn__"
_NO_METHOD = (
    "is no method: put it on `def ...(self)` in the class of the handlers, the first parameter named self"
)


@dataclass(frozen=True, slots=True)
class Life:
    """What a class wants to be done around each of its handlers.

    Parameters
    ----------
    inits : tuple of str
        The methods before, those of base classes first.
    finals : tuple of str
        The methods after, those of base classes last.
    """

    inits: tuple[str, ...]
    finals: tuple[str, ...]

    async def begin(self, owner: object) -> None:
        """Do what comes before.

        Parameters
        ----------
        owner : object
            The object.
        """
        for name in self.inits:
            await _awaited(getattr(owner, name)())

    async def end(self, owner: object) -> None:
        """Do all that comes after, whatever fails of it.

        Parameters
        ----------
        owner : object
            The object.
        """
        await self._end(owner, self.finals)

    def begin_now(self, owner: object) -> None:
        """Do what comes before a handler that is not async.

        Parameters
        ----------
        owner : object
            The object.
        """
        for name in self.inits:
            _done("init", getattr(owner, name))

    def end_now(self, owner: object) -> None:
        """Do all that comes after one that is not async.

        Parameters
        ----------
        owner : object
            The object.
        """
        self._end_now(owner, self.finals)

    async def _end(self, owner: object, finals: tuple[str, ...]) -> None:
        if finals:
            try:
                await _awaited(getattr(owner, finals[0])())
            finally:
                await self._end(owner, finals[1:])

    def _end_now(self, owner: object, finals: tuple[str, ...]) -> None:
        if finals:
            try:
                _done("final", getattr(owner, finals[0]))
            finally:
                self._end_now(owner, finals[1:])


def mark(turn: Turn, function: F) -> F:
    """Say that a method is one of the two.

    Parameters
    ----------
    turn : {"init", "final"}
        Which.
    function : callable
        The method.

    Returns
    -------
    callable
        The method.

    Raises
    ------
    LayerError
        If it is no method.
    """
    if not inspect.isfunction(function) or not is_method(function):
        place = str(getattr(function, "__qualname__", repr(function)))
        raise LayerError(turn, place, _NO_METHOD)
    setattr(function, _KEY, turn)
    return function


def turn_of(member: object) -> Turn | None:
    """Tell whether a member of a class is one of the two.

    Parameters
    ----------
    member : object
        The member.

    Returns
    -------
    {"init", "final"} or None
        Which; None for all others.
    """
    turn: Turn | None = getattr(member, _KEY, None)
    return turn


def is_method(function: Callable[..., object]) -> bool:
    """Tell whether a function is written as a method: its first parameter is ``self``.

    Parameters
    ----------
    function : callable
        The function; decorators that keep ``__wrapped__`` are looked through.

    Returns
    -------
    bool
        Whether it is.
    """
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code is not None and code.co_argcount > 0 and code.co_varnames[0] == "self"


_lives: WeakKeyDictionary[type, Life | None] = WeakKeyDictionary()


def life_of(kind: type) -> Life | None:
    """Find what a class wants to be done around each of its handlers.

    Parameters
    ----------
    kind : type
        The class.

    Returns
    -------
    Life or None
        The methods; None if it has none.
    """
    try:
        return _lives[kind]
    except KeyError:
        found = _lives[kind] = _read(kind)
        return found


def _read(kind: type) -> Life | None:
    names: dict[str, Turn] = {}
    for base in reversed(kind.__mro__):
        for name, member in vars(base).items():
            if (turn := turn_of(member)) is not None:
                names.setdefault(name, turn)  # an override without the mark keeps the turn
    inits = tuple(name for name, turn in names.items() if turn == "init")
    finals = tuple(name for name, turn in reversed(names.items()) if turn == "final")
    return Life(inits, finals) if names else None


async def _awaited(value: object) -> None:
    if inspect.isawaitable(value):
        await value


def _done(turn: Turn, method: Callable[[], object]) -> None:
    value = method()
    if inspect.iscoroutine(value):
        value.close()
        what = "is async, and a handler of its object is not: write a method that is not async"
        raise LayerError(turn, str(getattr(method, "__qualname__", method)), what)
