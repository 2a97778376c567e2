"""What an application publishes, since no handler shows that."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Sent"]


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages that an application publishes.

    Parameters
    ----------
    exchange : str
        The exchange; empty for the default one, whose keys are names of queues.
    key : str
        The routing key; what is left open in it is written in braces: ``"{region}.placed"``.
    message : object
        The type of the messages.
    description : str
        What they are.

    Examples
    --------
    >>> Sent("orders", "{region}.placed", dict[str, int]).name
    'orders {region}.placed'
    """

    exchange: str
    key: str
    message: object
    description: str = ""

    @property
    def name(self) -> str:
        """The two names together."""
        return f"{self.exchange} {self.key}".strip()
