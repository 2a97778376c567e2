"""The events of a stream as they are sent (HTML Living Standard, section 9.2.6)."""

from __future__ import annotations

import collections.abc
import types
import typing
from collections.abc import Callable

from fastapi.sse import ServerSentEvent as NativeEvent
from fastapi.sse import format_sse_event

from cordio_core import ServerSentEvent
from cordio_fastapi._exceptions import AnswerError

__all__ = ["SseItems", "item_type"]

_STREAMS = (
    collections.abc.AsyncGenerator,
    collections.abc.AsyncIterable,
    collections.abc.AsyncIterator,
)
_PLAIN = (str, ServerSentEvent, NativeEvent, type(None))


class SseItems:
    """Writes what a handler yields.

    Parameters
    ----------
    json : callable
        Writes data as JSON, checked and filtered by the handler's annotation.
    place : str
        The handler and its place in the code.

    Examples
    --------
    >>> from cordio_fastapi._answer import text
    >>> items = SseItems(text, "prices (app.py:3)")
    >>> items.written(ServerSentEvent({"price": 7}, event="price", id="41"))
    b'event: price\\ndata: {"price":7}\\nid: 41\\n\\n'
    """

    def __init__(self, json: Callable[[object], bytes], place: str) -> None:
        self._json, self._place = json, place

    def written(self, item: object) -> bytes:
        """Return an event in bytes.

        Parameters
        ----------
        item : object
            A text, an event, or data.

        Returns
        -------
        bytes
            The lines of the event, and the empty one that ends it.

        Raises
        ------
        AnswerError
            If the annotation does not allow it, or it cannot be written.
        """
        try:
            if not isinstance(item, ServerSentEvent | NativeEvent):
                return format_sse_event(data_str=self._data(item))
            if isinstance(item, NativeEvent):
                data = item.raw_data if item.data is None else self._json(item.data).decode()
            else:
                data = None if item.data is None else self._data(item.data)
            return format_sse_event(
                data_str=data, event=item.event, id=item.id, retry=item.retry, comment=item.comment
            )
        except (TypeError, ValueError, RecursionError) as error:
            raise AnswerError(self._place, [f"{type(item).__name__} cannot be written: {error}"]) from error

    def _data(self, data: object) -> str:
        return data if isinstance(data, str) else self._json(data).decode()


def item_type(returns: object) -> object:
    """Return the type of the data that a stream has, as its handler's annotation says.

    Parameters
    ----------
    returns : object
        The annotation.

    Returns
    -------
    object
        The type, without those that are no data but events; None if it says nothing.

    Examples
    --------
    >>> from collections.abc import AsyncIterator
    >>> item_type(AsyncIterator[dict[str, int] | ServerSentEvent])
    dict[str, int]
    """
    if typing.get_origin(returns) in (typing.Union, types.UnionType):
        found = [kind for each in typing.get_args(returns) if (kind := item_type(each)) is not None]
        return found[0] if len(found) == 1 else None
    if typing.get_origin(returns) not in _STREAMS:
        return None
    item = typing.get_args(returns)[0]
    union = typing.get_origin(item) in (typing.Union, types.UnionType)
    kinds = [kind for kind in (typing.get_args(item) if union else (item,)) if kind not in _PLAIN]
    if not kinds or any(kind in (object, typing.Any) for kind in kinds):
        return None
    return typing.Union[tuple(kinds)]
