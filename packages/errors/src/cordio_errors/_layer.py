"""A layer as it is declared: its kind, its name, and what it gives instead of a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Kind", "Layer"]

Kind = Literal["handler", "service", "free"]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One layer.

    Parameters
    ----------
    kind : {"handler", "service", "free"}
        Whether it answers, stands next to a resource, or is a place to go to.
    name : str
        The name of its function, or the name it was given; empty where each call has its own.
    passes : bool
        Whether it hands up what it does not repeat.
    default : object
        What it gives for an exception that a rule ignores.
    landing : callable or None
        What a jump to it calls.
    """

    kind: Kind
    name: str
    passes: bool = False
    default: object = None
    landing: Callable[..., object] | None = field(default=None, repr=False)
