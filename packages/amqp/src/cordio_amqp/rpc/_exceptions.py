"""What a call can come to beside its answer, and beside what a publish can come to."""

from __future__ import annotations

from cordio_amqp._exceptions import AmqpError, OutcomeUnknown

__all__ = ["AnswerUnfit", "CallFailed", "CallOverdue"]


class CallFailed(AmqpError):
    """The called one has answered with an error.

    Parameters
    ----------
    procedure : str
        What was called.
    code : str
        The code of the error in the catalogue of the called one; ``status 503`` where it has none.
    status : int
        The status of the answer, as of HTTP (RFC 9110, section 15).
    title : str
        What the called one tells of it; empty for nothing.
    detail : str
        More of that.
    incident : str
        The id under which it was recorded there.

    Examples
    --------
    >>> print(CallFailed("price", "unknown_sku", 404, "There is no such thing.", "", "9f3e"))
    the call of 'price' failed with unknown_sku (status 404, incident 9f3e): There is no such thing.
    """

    def __init__(
        self, procedure: str, code: str, status: int, title: str = "", detail: str = "", incident: str = ""
    ) -> None:
        super().__init__(procedure, code, status, title, detail, incident)
        self.procedure = procedure
        self.code = code
        self.status = status
        self.title = title
        self.detail = detail
        self.incident = incident

    def __str__(self) -> str:
        incident = f", incident {self.incident}" if self.incident else ""
        told = ": ".join(filter(None, [self.title, self.detail]))
        text = f"the call of {self.procedure!r} failed with {self.code} (status {self.status}{incident})"
        return f"{text}: {told}" if told else text


class CallOverdue(OutcomeUnknown):
    """No answer came in time: the called one may have done it or not, and will not begin it any more.

    Parameters
    ----------
    exchange : str
        Empty: calls go by the default exchange.
    key : str
        The queue of the called one.
    message_id : str
        The call.
    reason : str
        How long it was waited for.

    Examples
    --------
    >>> print(CallOverdue("", "rpc.price", "7d0f", "none came within 2 s"))
    message 7d0f to the default exchange with key 'rpc.price' has no answer: none came within 2 s
    """

    outcome = "has no answer"


class AnswerUnfit(AmqpError):
    """The answer is not of the type that was asked for, or cannot be read at all.

    Parameters
    ----------
    procedure : str
        What was called.
    reason : str
        What does not fit, without what is in the answer.
    cure : str
        What to do.

    Examples
    --------
    >>> print(AnswerUnfit("price", "amount: Field required"))
    the answer of 'price' does not fit: amount: Field required; compare `into` with what it returns
    """

    def __init__(self, procedure: str, reason: str, cure: str = "compare `into` with what it returns") -> None:
        super().__init__(procedure, reason, cure)
        self.procedure = procedure
        self.reason = reason
        self.cure = cure

    def __str__(self) -> str:
        return f"the answer of {self.procedure!r} does not fit: {self.reason}; {self.cure}"
