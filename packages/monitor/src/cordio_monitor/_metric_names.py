"""Names of metrics that are safe in every receiver, and not too many of them."""

from __future__ import annotations

from re import compile as pattern

__all__ = ["MetricNames"]

# A new line would inject a metric into a StatsD server, and `:`, `|`, `@`, `#` a value.
_UNSAFE = pattern(r"[^A-Za-z0-9_.\-]+")
_LONGEST = 200


class MetricNames:
    """Cleans the names of metrics, and takes those beyond a limit together.

    Parameters
    ----------
    limit : int
        How many different names there may be.
    overflow : str
        The name of all the others.

    Attributes
    ----------
    overflowed : int
        How many values went under the name of the others.

    Examples
    --------
    >>> names = MetricNames(limit=2)
    >>> [names.clean(name) for name in ("POST /orders", "evil:1|c", "third")]
    ['POST_orders', 'evil_1_c', 'overflow']
    >>> names.overflowed
    1
    """

    __slots__ = ("_known", "_limit", "_overflow", "overflowed")

    def __init__(self, limit: int = 1_000, overflow: str = "overflow") -> None:
        self._limit = limit
        self._overflow = overflow
        self._known: dict[str, str] = {}
        self.overflowed = 0

    def clean(self, name: str) -> str:
        """Return the name under which a value is sent.

        Parameters
        ----------
        name : str
            As it was recorded.

        Returns
        -------
        str
            Letters, digits, dots, dashes and underscores.
        """
        known = self._known.get(name)
        if known is not None:
            return known
        cleaned = _UNSAFE.sub("_", name[:_LONGEST]).strip("_.") or "unnamed"
        if len(self._known) >= self._limit:
            self.overflowed += 1
            return self._overflow
        if len(name) <= _LONGEST:
            self._known[name] = cleaned
        return cleaned
