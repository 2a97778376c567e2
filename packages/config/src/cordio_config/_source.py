"""Where values come from: the four standard sources by name, and sources of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

from cordio_config._exceptions import ConfigError
from cordio_config._origin import Origin
from cordio_config._problem import Problem

__all__ = ["PRIORITY", "Priority", "Source", "StandardSource", "checked"]

StandardSource = Literal["files", "environment", ".env", "command line"]

PRIORITY: tuple[StandardSource, ...] = ("files", "environment", ".env", "command line")


class Source(Protocol):
    """A source of one's own; stands among the others in ``priority=``.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from cordio_config import Config
    >>> @dataclass(frozen=True)
    ... class Limits:
    ...     burst: int = 1
    >>> class Vault:
    ...     name = "vault"
    ...     def values(self) -> Mapping[str, tuple[object, Origin]]:
    ...         return {"limits.burst": ("5", Origin("vault", "secret/limits"))}
    >>> config = Config.load({"limits": Limits}, priority=["files", Vault()], paths=[])
    >>> config.slice("limits", Limits).burst, str(config.origin("limits.burst"))
    (5, 'vault secret/limits')
    """

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    def values(self) -> Mapping[str, tuple[object, Origin]]:
        """Give values, each with its origin.

        Returns
        -------
        mapping of str to tuple
            By dotted key (``"limits.burst"``), or by the name of the variable with or without its prefix. Text
            is read as the text of a variable is; other values are taken as they are.

        Raises
        ------
        ConfigError
            Its problems go into the report; so does an `OSError`.
        """
        ...


Priority = Iterable[StandardSource | Source]


def checked(priority: Priority) -> tuple[StandardSource | Source, ...]:
    """Take an order of sources; raise `ConfigError` for what is no source, or stands twice."""
    if isinstance(priority, str):
        advice = f"write priority=[{priority!r}]"
        raise ConfigError([Problem("declaration", f"{priority=} is no list of sources", advice=advice)])
    order = tuple(priority)
    for number, source in enumerate(order):
        if source in order[:number]:
            raise _refusal(source, "stands twice in priority=")
        if source not in PRIORITY and not hasattr(source, "values"):
            raise _refusal(source, "is no source")
    return order


def _refusal(source: object, why: str) -> ConfigError:
    standard = ", ".join(repr(name) for name in PRIORITY)
    advice = f"sources are {standard}, and objects with a name and values()"
    return ConfigError([Problem("declaration", f"{source!r} {why}", advice=advice)])
