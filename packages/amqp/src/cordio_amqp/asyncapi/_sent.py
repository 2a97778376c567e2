"""What an application publishes, since no handler shows that."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Sent"]

_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages that an application publishes.

    Parameters
    ----------
    exchange : str
        The exchange; empty for the default one, whose keys are names of queues.
    key : str
        The routing key; what is left open in it has a name in braces: ``"{region}.placed"``.
    message : object
        The type of the messages.
    description : str
        What they are.

    Raises
    ------
    ValueError
        If what is left open has a name of more than letters, digits, hyphens and underscores.

    Examples
    --------
    >>> Sent("orders", "{region}.placed", dict[str, int]).name
    'orders {region}.placed'
    """

    exchange: str
    key: str
    message: object
    description: str = ""

    def __post_init__(self) -> None:
        for name in self.parameters:
            if not _NAME.fullmatch(name):
                cure = "take letters, digits, hyphens and underscores: '{region}.placed'"
                raise ValueError(f"the key {self.key!r} leaves {name!r} open, which is no name: {cure}")

    @property
    def parameters(self) -> list[str]:
        """The names of what is left open in the key."""
        return re.findall(r"{([^{}]*)}", self.key)

    @property
    def name(self) -> str:
        """The two names together."""
        return f"{self.exchange} {self.key}".strip()
