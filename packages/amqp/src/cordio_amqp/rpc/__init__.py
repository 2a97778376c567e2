"""Calls over the broker: made by `Amqp.call`, answered by handlers of ``rpc``."""

from cordio_amqp.rpc._event import AnsweredProcedure, rpc
from cordio_amqp.rpc._exceptions import AnswerUnfit, CallFailed, CallOverdue
from cordio_amqp.rpc._state import CallState

__all__ = ["AnswerUnfit", "AnsweredProcedure", "CallFailed", "CallOverdue", "CallState", "rpc"]
