"""Texts of the catalogue with ``{fields}`` of the exception; filling one in never fails."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import Formatter

__all__ = ["LONGEST", "Text", "described", "shown"]

LONGEST = 500
_MOST = 5_000
_WIDE = re.compile(r"\d{4}")
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

    __slots__ = ("_most", "names", "template")

    def __init__(self, template: str) -> None:
        self.template = template
        self.names = tuple(dict.fromkeys(_fields(template)))
        self._most = LONGEST + sum(len(literal) for literal, *_ in Formatter().parse(template))

    def fill(self, values: Mapping[str, object]) -> str:
        """Put values into the fields, ``?`` for one that cannot be shown, 500 letters of each at most.

        Parameters
        ----------
        values : mapping of str to object
            A value for each of ``names``, by `shown`.

        Returns
        -------
        str
            The text for a reader.
        """
        try:
            text = self.template.format_map(values)
            if len(text) <= self._most:
                return text
        except Exception:
            pass  # one value at a time then, each within its bounds
        return self.template.format_map({name: _Careful(values[name]) for name in self.names})


def shown(error: Exception | None, names: Iterable[str]) -> dict[str, object]:
    """Read fields of an exception.

    Parameters
    ----------
    error : Exception or None
        The exception; None shows nothing of it.
    names : iterable of str
        The names of its attributes.

    Returns
    -------
    dict of str to object
        What it has for each name.
    """
    if error is None:
        return dict.fromkeys(names, _ABSENT)
    values: dict[str, object] = {}
    for name in names:
        try:
            values[name] = getattr(error, name)
        except Exception:
            values[name] = _ABSENT
    return values


def described(error: BaseException) -> str:
    """Say what an exception is, even where its own text fails.

    Parameters
    ----------
    error : BaseException
        The exception.

    Returns
    -------
    str
        Its type and its text, 5000 letters of it at most.

    Examples
    --------
    >>> described(ConnectionError("refused"))
    'ConnectionError: refused'
    """
    kind = type(error).__qualname__
    try:
        text = str(error)
        text = text if len(text) <= _MOST else text[: _MOST - 1] + "…"
    except Exception:
        return f"{kind} (its text cannot be had)"
    return f"{kind}: {text}" if text else kind


class _Absent:
    """What an exception does not have; no format changes how it is shown."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return _MISSING


class _Careful:
    """A value that is shown within bounds, or as a missing one."""

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        self._value = value

    def __format__(self, spec: str) -> str:
        try:
            text = format(self._value, spec)
        except Exception:
            return _MISSING
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


_ABSENT = _Absent()


def _fields(template: str) -> Iterable[str]:
    for _, name, spec, conversion in Formatter().parse(template):
        if name is None:
            continue
        plain = name.isidentifier() and not name.startswith("_") and not conversion
        if not plain or "{" in (spec or "") or _WIDE.search(spec or ""):
            raise ValueError(
                f"{template!r} has the field {name!r}: write a plain public name, with a format if need be, "
                "as in '{left}' or '{price:.2f}'"
            )
        yield name
