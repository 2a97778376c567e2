"""Zipkin as a sink, and whatever takes its spans, such as Jaeger."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cordio_monitor import _checked as checked
from cordio_monitor._address import url as checked_url
from cordio_monitor._masking import mask
from cordio_monitor.sinks._http import post
from cordio_monitor.sinks._sink import Sink

if TYPE_CHECKING:
    from cordio_monitor._record import Record
    from cordio_monitor._stage import Group
    from cordio_monitor.sinks._choice import Choice
    from cordio_monitor.sinks._spill import Spill

__all__ = ["Zipkin", "as_spans"]

_PATH = "/api/v2/spans"
_LONGEST = 4096
_KINDS = {"calls": "CLIENT", "queries": "CLIENT", "messages": "PRODUCER"}


class Zipkin(Sink):
    """Sends events and spans as Zipkin v2 JSON, many at once and uncompressed.

    Traces that the caller does not sample are not sent.

    Parameters
    ----------
    url : str
        The server, such as ``http://zipkin:9411``, or the whole address of its collector.
    transport : Callable[[bytes], object] | None
        Sends a JSON array of spans, in place of HTTP: any transport handler of py-zipkin, for one.
    timeout : float
        For how many seconds the server may be silent.
    choice : Choice | None
        What it takes.
    spill : Spill | None
        The file in which records wait while it cannot be reached; by default they wait in memory.

    Raises
    ------
    SettingError
        If the address or the time is none.

    Examples
    --------
    >>> from cordio_monitor.sinks import Record
    >>> zipkin = Zipkin("http://127.0.0.1:9411", transport=lambda spans: print(spans.decode()))
    >>> zipkin.write([Record("span", "debug", 2_000_000, "orders", "POST /orders", "reserve",
    ...                      {"took_ms": 1.5}, "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")])
    [{"traceId":"4bf92f...","id":"00f067aa0ba902b7","name":"reserve","timestamp":500,"duration":1500,...}]
    """

    batch = 500
    linger = 0.5

    def __init__(
        self,
        url: str,
        *,
        transport: Callable[[bytes], object] | None = None,
        timeout: float = 5.0,
        choice: Choice | None = None,
        spill: Spill | None = None,
    ) -> None:
        bare = checked_url("zipkin", "url", url, "http://zipkin:9411").rstrip("/")
        self._url = bare if bare.endswith("/spans") else bare + _PATH
        self._transport = transport
        self._timeout = checked.number("zipkin", "timeout", timeout, "a number of seconds above 0", above=0)
        self.choice = choice
        self.spill = spill

    def takes(self, record: Record) -> bool:
        """Take the spans of traces that are sampled.

        Parameters
        ----------
        record : Record
            The record.

        Returns
        -------
        bool
            Whether it is one.
        """
        return record.kind in ("span", "event") and record.sampled and bool(record.trace_id)

    def write(self, records: Sequence[Record]) -> None:
        """Send the spans.

        Parameters
        ----------
        records : Sequence[Record]
            The records.
        """
        body = self.rehearse(records).encode("utf-8", "replace")
        if self._transport is not None:
            self._transport(body)
        else:
            post(self._url, body, {"Content-Type": "application/json"}, self._timeout)

    def rehearse(self, records: Sequence[Record]) -> str:
        """Tell what would be sent.

        Parameters
        ----------
        records : Sequence[Record]
            The records.

        Returns
        -------
        str
            A JSON array.
        """
        return json.dumps(as_spans(records), ensure_ascii=False, separators=(",", ":"))


def as_spans(records: Sequence[Record]) -> list[dict[str, object]]:
    """Write records as spans of Zipkin's model (Zipkin API, version 2).

    Parameters
    ----------
    records : Sequence[Record]
        Records of the kinds ``event`` and ``span``.

    Returns
    -------
    list[dict[str, object]]
        The spans; times are in microseconds.

    Examples
    --------
    >>> from cordio_monitor.sinks import Record
    >>> as_spans([Record("event", "info", 0, "orders", "GET /", "GET /", {"took_ms": 0}, "a" * 32, "b" * 16)])
    [{'traceId': 'aaa...', 'id': 'bbb...', 'name': 'get /', ... 'duration': 1, ... 'kind': 'SERVER'}]
    """
    spans: list[dict[str, object]] = []
    for record in records:
        spans.append(_span(record))
        spans += [_group(record, group) for group in record.groups]
    return spans


def _group(record: Record, group: Group) -> dict[str, object]:
    span: dict[str, object] = {"traceId": record.trace_id, "id": group.id}
    if group.parent_id:
        span["parentId"] = group.parent_id
    return span | {
        "name": str(mask(group.stage))[:_LONGEST].lower(),
        "timestamp": max(group.began // 1000, 1),
        "duration": max((group.ended - group.began) // 1000, 1),
        "localEndpoint": {"serviceName": record.service.lower()},
        "tags": {"event": record.event},
    }


def _span(record: Record) -> dict[str, object]:
    took = record.fields.get("took_ms")
    duration = max(int(took * 1000), 1) if isinstance(took, (int, float)) else 1
    span: dict[str, object] = {"traceId": record.trace_id, "id": record.span_id}
    parent = record.group_id or record.parent_id
    if parent:
        span["parentId"] = parent
    span["name"] = record.message[:_LONGEST].lower()
    span["timestamp"] = max(record.time // 1000 - duration, 1)
    span["duration"] = duration
    span["localEndpoint"] = {"serviceName": record.service.lower()}
    point = record.fields.get("point")
    if record.kind == "event":
        span["kind"] = "CONSUMER" if point == "messages" else "SERVER"
    elif point in _KINDS:
        span["kind"] = _KINDS[str(point)]
    tags = _tags(record)
    if tags:
        span["tags"] = tags
    return span


def _tags(record: Record) -> dict[str, str]:
    tags = {name: _text(value) for name, value in record.fields.items() if name != "took_ms"}
    if record.kind == "span" and record.event:
        tags["event"] = record.event
    if record.error:
        tags["error"] = record.error[:_LONGEST]
    return tags


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text[:_LONGEST]
