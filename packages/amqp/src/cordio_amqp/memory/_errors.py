"""What the broker in this process says to mistakes: RabbitMQ's words, aiormq's exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity, ChannelPreconditionFailed

if TYPE_CHECKING:
    from pamqp.common import FieldTable, FieldValue

__all__ = ["demand_same", "missing", "refused", "wrong"]

_VHOST = "vhost '/'"


def missing(what: str, name: str) -> ChannelNotFoundEntity:
    """Return the error for a queue or an exchange that is not there."""
    return ChannelNotFoundEntity(f"NOT_FOUND - no {what} '{name}' in {_VHOST}")


def refused(reason: str) -> ChannelAccessRefused:
    """Return the error for what nobody may do."""
    return ChannelAccessRefused(f"ACCESS_REFUSED - {reason}")


def wrong(reason: str) -> ChannelPreconditionFailed:
    """Return the error for what cannot be."""
    return ChannelPreconditionFailed(f"PRECONDITION_FAILED - {reason}")


def demand_same(what: str, current: FieldTable, wanted: FieldTable) -> None:
    """Raise the error for the first thing in which a declaration differs from what is there."""
    for name in sorted({*current, *wanted}):
        if current.get(name) != wanted.get(name):
            received, there = (_said(name, each.get(name)) for each in (wanted, current))
            raise wrong(
                f"inequivalent arg '{name}' for {what} in {_VHOST}: received {received} but current is {there}"
            )


def _said(name: str, value: FieldValue) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return f"'{str(value).lower()}'"
    if not name.startswith("x-"):
        return f"'{value!s}'"
    kind = "signedint" if isinstance(value, int) else "longstr"
    return f"the value '{value!s}' of type '{kind}'"
