"""What a layer decided, as a test reads it."""

from __future__ import annotations

from dataclasses import dataclass

from cordio_errors._origin import Origin
from cordio_errors._signal import Reaction

__all__ = ["Decision"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; that an exception is passed on is none.

    Parameters
    ----------
    layer : str
        The layer that decided.
    reaction : {"ignore", "answer", "goto", "stop", "halt"}
        What it decided.
    error : Exception
        About what.
    rule : Origin or None
        Where the rule was declared; None where no rule speaks of it, and for what is ignored.
    """

    layer: str
    reaction: Reaction
    error: Exception
    rule: Origin | None
