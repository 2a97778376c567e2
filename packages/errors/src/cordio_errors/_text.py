"""Texts of the catalogue with ``{fields}`` of the exception; filling one in never fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import Formatter

__all__ = ["Shown", "Text", "described", "shown"]

_MISSING = "?"


class Text:
    """A text with fields: plain names, with a format if need be, as in ``{left}`` or ``{price:.2f}``.

    Parameters
    ----------
    template : str
        The text; a brace itself is written twice.

    Raises
    ------
    ValueError
        If a field is anything but a plain public name with a plain format.

    Examples
    --------
    >>> text = Text("Only {left} left.")
    >>> text.names
    ('left',)
    >>> text.fill(shown(ValueError(), text.names))
    'Only ? left.'
    """

    __slots__ = ("names", "template")

    def __init__(self, template: str) -> None:
        self.template = template
        self.names = tuple(dict.fromkeys(_fields(template)))

    def fill(self, values: Mapping[str, Shown]) -> str:
        """Put values into the fields.

        Parameters
        ----------
        values : mapping of str to Shown
            A value for each of ``names``.

        Returns
        -------
        str
            The text for a reader.
        """
        return self.template.format_map(values)


class Shown:
    """A value as a text shows it: ``?`` where it is missing or cannot be formatted.

    Parameters
    ----------
    value : object
        The value.

    Examples
    --------
    >>> f"{Shown(1.5):.2f} {Shown('much'):.2f}"
    '1.50 ?'
    """

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        self._value = value

    def __format__(self, spec: str) -> str:
        """Format the value, or give the mark of a missing one."""
        try:
            return format(self._value, spec)
        except Exception:
            return _MISSING


def shown(error: Exception, names: Iterable[str]) -> dict[str, Shown]:
    """Read fields of an exception.

    Parameters
    ----------
    error : Exception
        The exception.
    names : iterable of str
        The names of its attributes.

    Returns
    -------
    dict of str to Shown
        What it has for each name.
    """
    return {name: _field(error, name) for name in names}


def described(error: BaseException) -> str:
    """Say what an exception is, even where its own text fails.

    Parameters
    ----------
    error : BaseException
        The exception.

    Returns
    -------
    str
        Its type and its text.

    Examples
    --------
    >>> described(ConnectionError("refused"))
    'ConnectionError: refused'
    """
    kind = type(error).__qualname__
    try:
        text = str(error)
    except Exception:
        return f"{kind} (its text cannot be had)"
    return f"{kind}: {text}" if text else kind


def _field(error: Exception, name: str) -> Shown:
    try:
        return Shown(getattr(error, name))
    except Exception:
        return _ABSENT


class _Absent(Shown):
    """What an exception does not have; no format changes how it is shown."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return _MISSING


_ABSENT = _Absent(None)


def _fields(template: str) -> Iterable[str]:
    for _, name, spec, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or name.startswith("_") or conversion or "{" in (spec or ""):
            raise ValueError(
                f"{template!r} has the field {name!r}: write a plain public name, with a format if need be, "
                "as in '{left}' or '{price:.2f}'"
            )
        yield name
