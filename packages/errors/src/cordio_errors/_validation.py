"""The wrong fields that a validation error speaks of, without knowing whose error it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["wrong_fields"]

_MOST = 100
_LONGEST = 500


def wrong_fields(error: Exception) -> tuple[tuple[str, str], ...]:
    """List the wrong fields of an exception: its ``fields``, or what its ``errors()`` tells as in pydantic.

    Parameters
    ----------
    error : Exception
        The exception. ``fields`` is a mapping of a name to what is wrong with it.

    Returns
    -------
    tuple of tuple of str
        Name and message of each, a hundred at most; never the value that was sent.

    Examples
    --------
    >>> class Invalid(Exception):
    ...     fields = {"amount": "must be positive"}
    >>> wrong_fields(Invalid()), wrong_fields(ValueError())
    ((('amount', 'must be positive'),), ())
    """
    try:
        return tuple((_short(name), _short(text)) for name, text in _listed(error))[:_MOST]
    except Exception:
        return ()  # a broken list may not take the place of the answer


def _listed(error: Exception) -> Iterable[tuple[str, object]]:
    fields = getattr(error, "fields", None)
    if isinstance(fields, Mapping):
        return [(str(name), text) for name, text in list(fields.items())[:_MOST]]
    tell = getattr(error, "errors", None)
    told = tell() if callable(tell) else tell
    if not isinstance(told, list | tuple):
        return []
    return [(_path(one.get("loc")), one.get("msg", "")) for one in told[:_MOST] if isinstance(one, Mapping)]


def _path(steps: object) -> str:
    return ".".join(map(str, steps)) if isinstance(steps, list | tuple) else str(steps or "")


def _short(text: object) -> str:
    return str(text)[:_LONGEST]
