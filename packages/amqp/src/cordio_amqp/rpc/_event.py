"""Calls of a procedure, as what a handler can be attached to."""

from __future__ import annotations

from dataclasses import dataclass

from cordio_amqp._consumption import Consumption
from cordio_core import RpcEvent
from cordio_core import rpc as plain_rpc

__all__ = ["AnsweredProcedure", "rpc"]


@dataclass(frozen=True, slots=True)
class AnsweredProcedure(RpcEvent):
    """Calls of a procedure, and how they are consumed.

    Parameters
    ----------
    consumption : Consumption
        How.
    """

    consumption: Consumption = Consumption()


def rpc(procedure: str, *, prefetch: int | None = None, limit: int | None = None) -> AnsweredProcedure:
    """Describe calls of a procedure, and how they are consumed.

    Parameters
    ----------
    procedure : str
        The name under which it is called, at most 235 bytes.
    prefetch : int or None
        How many calls the broker hands out before one is answered; that of the settings if None.
    limit : int or None
        How many are answered at once; as many as are handed out if None.

    Returns
    -------
    AnsweredProcedure
        The event, for ``App.on``; ``cordio_core.rpc`` gives the same with nothing chosen.

    Raises
    ------
    ValueError
        If the name is empty or too long, or an option means nothing.

    Examples
    --------
    >>> rpc("price", limit=5).name
    'rpc price'
    """
    plain = plain_rpc(procedure)
    consumption = Consumption(prefetch, limit, type="classic")
    return AnsweredProcedure(plain.kind, plain.name, plain.names, plain.procedure, consumption)
