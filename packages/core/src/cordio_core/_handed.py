"""What is handed to an application, looked at where it is handed in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from cordio_core._exceptions import CoreError

__all__ = ["listed", "packages", "refuse_name", "refuse_other", "refuse_type"]

T = TypeVar("T")


def refuse_other(name: str, value: object, wanted: type) -> None:
    """Refuse a part that lacks what the kernel asks of it.

    Parameters
    ----------
    name : str
        The argument.
    value : object
        What was handed in; None for nothing.
    wanted : type
        The protocol.

    Raises
    ------
    CoreError
        If it is something else.

    Examples
    --------
    >>> from cordio_core.protocols import Clock
    >>> refuse_other("clock", 5, Clock)
    Traceback (most recent call last):
    cordio_core._exceptions.CoreError: clock=5 is no Clock, it lacks monotonic, now, sleep_until: see ...
    """
    lacks = () if value is None else [each for each in sorted(_members(wanted)) if not hasattr(value, each)]
    if lacks:
        what = f"is no {wanted.__name__}, it lacks {', '.join(lacks)}"
        raise CoreError(f"{name}={value!r} {what}: see cordio_core.protocols")


def _members(wanted: type) -> set[str]:
    bases = (base for base in wanted.__mro__ if getattr(base, "_is_protocol", False))
    names = (name for base in bases for name in (*vars(base), *vars(base).get("__annotations__", ())))
    return {name for name in names if not name.startswith("_")}


def refuse_type(name: str, value: object, wanted: type, cure: str, *, is_needed: bool = False) -> None:
    """Refuse a value of another type.

    Parameters
    ----------
    name : str
        The argument.
    value : object
        What was handed in; None for nothing.
    wanted : type
        What it has to be.
    cure : str
        What to write.
    is_needed : bool
        Whether nothing is refused too.

    Raises
    ------
    CoreError
        If it is something else.

    Examples
    --------
    >>> refuse_type("workers", "2", int, "write workers=2")
    Traceback (most recent call last):
    cordio_core._exceptions.CoreError: workers='2' is no int: write workers=2
    """
    is_nothing = value is None and not is_needed
    is_bool = isinstance(value, bool) and wanted is int
    if not is_nothing and (is_bool or not isinstance(value, wanted)):
        raise CoreError(f"{name}={value!r} is no {wanted.__name__}: {cure}")


def refuse_name(name: str, value: object, cure: str) -> None:
    """Refuse what is no name for records: another type, nothing, or what breaks a line.

    Parameters
    ----------
    name : str
        The argument.
    value : object
        What was handed in; None for nothing.
    cure : str
        What to write.

    Raises
    ------
    CoreError
        If it is no name.

    Examples
    --------
    >>> refuse_name("name", "a\\nb", "write name='mail'")
    Traceback (most recent call last):
    cordio_core._exceptions.CoreError: name='a\\nb' is no name: write name='mail'
    """
    refuse_type(name, value, str, cure)
    if isinstance(value, str) and not (value and value.isprintable()):
        raise CoreError(f"{name}={value!r} is no name: {cure}")


def listed(name: str, values: Iterable[T]) -> tuple[T, ...]:
    """Return what is to be a list.

    Parameters
    ----------
    name : str
        The argument.
    values : iterable
        What was handed in.

    Returns
    -------
    tuple
        Its members.

    Raises
    ------
    CoreError
        If it is none, or a text, whose letters would count.

    Examples
    --------
    >>> listed("entrypoints", ["http"])
    ('http',)
    >>> listed("entrypoints", "http")
    Traceback (most recent call last):
    cordio_core._exceptions.CoreError: entrypoints= is a list: write entrypoints=['http']
    """
    if isinstance(values, str):
        raise CoreError(f"{name}= is a list: write {name}={[values]!r}")
    if not isinstance(values, Iterable):
        raise CoreError(f"{name}= is a list, not {values!r}")
    return tuple(values)


def packages(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of packages.

    Parameters
    ----------
    names : iterable of str
        What was handed in.

    Returns
    -------
    tuple of str
        They.

    Raises
    ------
    CoreError
        If it is no list, or one of them is no name.

    Examples
    --------
    >>> packages(["home.orders"])
    ('home.orders',)
    """
    found = listed("discover", names)
    for name in found:
        if not isinstance(name, str) or not name or name.startswith(".") or "/" in name:
            raise CoreError(f"discover= names packages, and {name!r} is no name of one: write 'home.orders'")
    return found
