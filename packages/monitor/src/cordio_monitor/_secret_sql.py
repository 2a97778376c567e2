"""Secrets in the rows of an ``INSERT``, which are known by the place of their column."""

from __future__ import annotations

from re import DOTALL, IGNORECASE
from re import compile as pattern

from cordio_monitor._secret_names import is_secret

__all__ = ["mask_rows"]

_HEAD = pattern(r"\(([^()]*+)\)(?:\s|\\[nrt])*+(?:overriding\s++\w++\s++value\s*+)?values?\b", IGNORECASE)
_ROW = pattern(r"(?:\s|,|\\[nrt])*+\(")
# A text in quotes, or what stands plain.
_TOKEN = pattern(r"""'(?:[^'\\]|\\++.|'')*+'?+|"(?:[^"\\]|\\++.|"")*+"?+|[^,()'"]++|.""", DOTALL)
# A quote that may or may not end its text, as the server is set and as Python shows it.
_UNSURE = pattern(r"""\\['"]""")
_PLACEHOLDER = pattern(r"\s*+(?:\$\d++|%s|%\(\w++\)s|\?|:\w++|null|default)?+\s*+", IGNORECASE)
_QUOTES = "\"'`[]\\ \n\t"


def mask_rows(text: str, hidden: str) -> str:
    """Replace the secrets in the rows of each ``INSERT``.

    Parameters
    ----------
    text : str
        Any text.
    hidden : str
        What stands in the place of a secret.

    Returns
    -------
    str
        The text without them.

    Examples
    --------
    >>> mask_rows("INSERT INTO users (name, password) VALUES ('ann', 'hunter2'), ('bob', $1)", "***")
    "INSERT INTO users (name, password) VALUES ('ann', ***), ('bob', $1)"
    """
    parts: list[str] = []
    done = 0
    while (head := _HEAD.search(text, done)) is not None:
        secret = [is_secret(name.strip(_QUOTES)) for name in head[1].split(",")]
        parts.append(text[done : head.end()])
        done = head.end()
        while any(secret) and (row := _ROW.match(text, done)) is not None:
            shown, stop = _masked(text, row.end(), secret, hidden)
            parts += (text[done : row.end()], shown)
            done = stop
    return "".join((*parts, text[done:])) if parts else text


def _masked(text: str, start: int, secret: list[bool], hidden: str) -> tuple[str, int]:
    """Return a row as it is shown, and where it ends; all that follows is hidden if that is not sure."""
    values: list[str] = []
    while True:
        stop = _end_of_value(text, start)
        value = text[start:stop]
        if _UNSURE.search(value) is not None:
            return hidden, len(text)
        hides = len(values) < len(secret) and secret[len(values)] and not _PLACEHOLDER.fullmatch(value)
        values.append(value[: len(value) - len(value.lstrip())] + hidden if hides else value)
        if text[stop : stop + 1] != ",":
            end = stop + (text[stop : stop + 1] == ")")
            return ",".join(values) + text[stop:end], end
        start = stop + 1


def _end_of_value(text: str, start: int) -> int:
    """Return where the comma or the bracket stands that ends a value; calls in it have their own."""
    depth = 0
    while (found := _TOKEN.match(text, start)) is not None:
        depth += found[0] == "("
        if depth == 0 and found[0] in (",", ")"):
            break
        depth -= found[0] == ")"
        start = found.end()
    return start
