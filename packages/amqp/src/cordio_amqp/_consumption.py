"""How a queue is declared and consumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from cordio_amqp._retries import Retrying
from cordio_core import Duration, Request, Size

if TYPE_CHECKING:
    from pamqp.common import FieldTable, FieldValue

__all__ = ["Consumption", "OrderedBy", "QueueType", "Stream"]

QueueType: TypeAlias = Literal["quorum", "classic", "stream"]
OrderedBy: TypeAlias = str | Callable[[Request], object]

_MOST = 65535  # AMQP 0-9-1, section 1.8.3.1: a short
_PLACES = ("first", "last", "next")


@dataclass(frozen=True, slots=True)
class Stream:
    """A queue that keeps its messages when they were consumed, so that they can be read again.

    Parameters
    ----------
    offset : str, int or datetime
        Where reading begins at the start: ``"first"``, ``"last"`` (the last piece that was written),
        ``"next"`` (what comes from now on), the number of a message, a time, or a duration before now:
        ``"1h"``. After a loss in between it goes on where it was.
    max_age : str or None
        How long messages are kept: ``"7d"``; without end if None.
    max_bytes : str or int or None
        How many bytes are kept: ``"10GB"``; without end if None.

    Raises
    ------
    ValueError
        If one of them means nothing.

    Examples
    --------
    >>> Stream("1h", max_age="7d").arguments
    {'x-max-age': '604800s'}
    """

    offset: str | int | datetime = "next"
    max_age: str | None = None
    max_bytes: str | int | None = None

    def __post_init__(self) -> None:
        """Refuse what means nothing."""
        if isinstance(self.offset, int) and self.offset < 0:
            raise ValueError(f"offset={self.offset} is no number of a message: write 0 or more")
        _ = self.begin, self.arguments  # their checks

    @property
    def begin(self) -> FieldValue:
        """The offset as the broker takes it (``x-stream-offset``)."""
        if not isinstance(self.offset, str) or self.offset in _PLACES:
            return self.offset
        return _seconds("offset", self.offset)

    @property
    def arguments(self) -> FieldTable:
        """What the queue is declared with."""
        found: FieldTable = {}
        if self.max_age is not None:
            found["x-max-age"] = _seconds("max_age", self.max_age)
        if self.max_bytes is not None:
            found["x-max-length-bytes"] = int(Size(self.max_bytes))
        return found


@dataclass(frozen=True, slots=True)
class Consumption:
    """How a queue is consumed.

    Parameters
    ----------
    prefetch : int or None
        How many messages the broker hands out before one is settled; that of the settings if None.
    limit : int or None
        How many are handled at once; as many as are handed out if None.
    retry : Retrying or None
        How often a message is handled that fails, and how long it waits; five times within about half a minute
        if None.
    type : str
        The type that the queue is declared with: ``quorum``, ``classic`` or ``stream``.
    declared : bool
        Whether the queue is declared; otherwise it has to be there, and is used as it is.
    single_active : bool
        Whether of all consumers of the queue one gets messages, and the next takes over when it is gone.
    ordered_by : str, callable or None
        Messages that are alike in this are handled one after the other, in the order in which they came: a
        name in the data, or a function of the request; None for no order.
    stream : Stream or None
        What a stream is declared and read with.
    """

    prefetch: int | None = None
    limit: int | None = None
    retry: Retrying | None = None
    type: QueueType = "quorum"
    declared: bool = True
    single_active: bool = False
    ordered_by: OrderedBy | None = None
    stream: Stream | None = None

    def __post_init__(self) -> None:
        """Refuse what means nothing."""
        for name, number in (("prefetch", self.prefetch), ("limit", self.limit)):
            if number is not None and not 1 <= number <= _MOST:
                raise ValueError(f"{name}={number} is no number of messages: write 1 to {_MOST}")
        if self.type not in get_args(QueueType):
            raise ValueError(
                f"type={self.type!r} is no type of queue here: write 'quorum', 'classic' or Stream(...)"
            )
        if self.ordered_by is not None and not (callable(self.ordered_by) or _is_name(self.ordered_by)):
            raise ValueError(
                f"ordered_by={self.ordered_by!r} names nothing: write a name in the data, or a function"
            )
        _check_retry(self.retry)
        if self.type == "stream":
            self._check_stream()

    @classmethod
    def of(cls, kind: QueueType | Stream, **options: object) -> Consumption:
        """Return it with a type that may be a `Stream`."""
        if not isinstance(kind, Stream):
            made = Stream() if kind == "stream" else None
            return cls(type=kind, stream=made, **options)  # type: ignore[arg-type]  # checked by our callers
        return cls(type="stream", stream=kind, **options)  # type: ignore[arg-type]  # as above

    def _check_stream(self) -> None:
        if self.retry is not None:
            raise ValueError(
                "retry=… is nothing for a stream: it keeps its messages; one that fails is parked"
            )
        if self.single_active:
            raise ValueError("single_active=True is nothing for a stream over AMQP 0-9-1: use a quorum queue")


def _check_retry(retry: Retrying | None) -> None:
    if retry is not None and not isinstance(retry, Retrying):
        raise ValueError(f"retry={retry!r} is no retry scheme: write Retries(attempts=5, wait='1s..5m')")
    if retry is not None and retry.most is None:
        raise ValueError(f"retry={retry!r} never ends: give it a number of attempts")


def _is_name(text: object) -> bool:
    return isinstance(text, str) and all(text.split("."))


def _seconds(name: str, text: str) -> str:
    duration = Duration(text)
    if duration < 1:
        raise ValueError(f"{name}={text!r} is too short: the broker counts whole seconds")
    return f"{int(duration)}s"
