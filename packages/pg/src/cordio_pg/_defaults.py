"""What holds for each `Postgres` of the process that is not told otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Defaults", "in_force", "set_defaults"]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What an application knows, and services that are made from their settings alone do not."""

    root: Path | None = None
    environment: str = ""


_now = Defaults()


def set_defaults(*, root: Path | None = None, environment: str | None = None) -> None:
    """Say what holds for each `Postgres` that is made from now on, unless it is told otherwise itself.

    Parameters
    ----------
    root : Path or None
        The folder that relative files of the settings begin in; None changes nothing.
    environment : str or None
        Where the program runs, for settings that do not say it; None changes nothing.

    Examples
    --------
    >>> set_defaults(environment="development")
    """
    global _now
    _now = Defaults(
        _now.root if root is None else root,
        _now.environment if environment is None else environment,
    )


def in_force() -> Defaults:
    """Return what holds now."""
    return _now
