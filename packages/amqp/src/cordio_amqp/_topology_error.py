"""What can be wrong with an exchange or a queue."""

from __future__ import annotations

from cordio_amqp._exceptions import AmqpError

__all__ = ["TopologyError"]


class TopologyError(AmqpError):
    """An exchange or a queue that is not as a handler wants it.

    Parameters
    ----------
    what : str
        The exchange or the queue.
    reason : str
        What is different.
    cure : str
        What to do.

    Examples
    --------
    >>> print(TopologyError("the queue 'orders.new'", "its durable is 'false'", "delete it"))
    the queue 'orders.new' cannot be used: its durable is 'false': delete it
    """

    def __init__(self, what: str, reason: str, cure: str) -> None:
        super().__init__(what, reason, cure)
        self.what = what
        self.reason = reason
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.what} cannot be used: {self.reason}: {self.cure}"
