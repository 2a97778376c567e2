"""How a call and its answer look on the wire."""

from __future__ import annotations

__all__ = ["ANSWER", "EXPIRES", "FAILURE", "REPLY_TO", "STATUS", "address"]

REPLY_TO = "amq.rabbitmq.reply-to"  # the pseudo-queue of direct reply-to
ANSWER, FAILURE = "answer", "failure"  # the property ``type`` of a reply
STATUS = "x-status"
EXPIRES = 60_000  # so long the queue of a procedure outlives the last who answers it, in milliseconds


def address(procedure: str) -> str:
    """Return the queue on which a procedure is called."""
    return f"rpc.{procedure}"
