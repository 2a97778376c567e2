"""StatsD as a sink: many metrics a packet, by the `statsd` client on the sink's own thread."""

from __future__ import annotations

from re import compile as pattern
from time import monotonic
from typing import TYPE_CHECKING

from cordio_monitor._address import address as checked_address
from cordio_monitor._checked import number, text, texts
from cordio_monitor._metric_names import MetricNames
from cordio_monitor._unit import whole
from cordio_monitor.sinks._sink import Sink

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from statsd import StatsClient  # type: ignore[import-untyped]

    from cordio_monitor._record import Record
    from cordio_monitor.sinks._choice import Choice

__all__ = ["Statsd"]

_UNSAFE = pattern(r"[^A-Za-z0-9_.\-]+")
_UNSAFE_TAG = pattern(r"[^A-Za-z0-9_.\-/]+")
_LONGEST = 200
_LARGEST = 1e300
_COUNTS = ("accepted", "written", "dropped", "failed", "pending")


class Statsd(Sink):
    """Sends counts, timings, the time of each event, and the books as gauges, over UDP.

    Names are cleaned of what could begin another metric. Beyond `names` different ones all further go under
    ``overflow``. The address is looked up on the sink's thread, and again from time to time.

    Parameters
    ----------
    address : str
        Host and port, such as ``127.0.0.1:8125``.
    prefix : str
        What stands before each name; by default the service.
    tags : Collection[str]
        Fields that go out as tags, as DogStatsD understands them; none by default.
    packet : int
        How many bytes a packet may have.
    names : int
        How many different names there may be.
    resolve : float
        After how many seconds the address is looked up again.
    choice : Choice | None
        What it takes.

    Raises
    ------
    SettingError
        If the address, a tag or a number is none.

    Examples
    --------
    >>> from cordio_monitor.sinks import Record
    >>> statsd = Statsd("127.0.0.1:8125")
    >>> print(statsd.rehearse([Record("count", "debug", 0, "orders", "", "evil\\nname:1|c", {"n": 2})]))
    orders.evil_name_1_c:2|c
    """

    needs = ("statsd", "statsd")
    linger = 0.1
    wants_books = True

    def __init__(
        self,
        address: str,
        *,
        prefix: str | None = None,
        tags: Collection[str] = (),
        packet: int = 1_432,
        names: int = 1_000,
        resolve: float = 60.0,
        choice: Choice | None = None,
    ) -> None:
        self._host, self._port = checked_address("statsd", "address", address)
        self._prefix = None if prefix is None else _part(text("statsd", "prefix", prefix))
        self._tags = tuple(texts("statsd", "tags", tags))
        self._packet = whole("packet", packet, 1, section="statsd")
        self._resolve = number("statsd", "resolve", resolve, "a number of seconds")
        self._names = MetricNames(whole("names", names, 1, section="statsd"))
        self._client: StatsClient | None = None
        self._until = 0.0
        self.choice = choice

    def takes(self, record: Record) -> bool:
        """Take what has a number.

        Parameters
        ----------
        record : Record
            The record.

        Returns
        -------
        bool
            Whether it is a count, a timing, an event or the books.
        """
        return record.kind in ("count", "timing", "event", "ledger")

    def write(self, records: Sequence[Record]) -> None:
        """Send the metrics.

        Parameters
        ----------
        records : Sequence[Record]
            The records.

        Raises
        ------
        ValueError
            If a value is no finite number; none of the records is sent then.
        """
        pipe = self._connected().pipeline()
        for record in records:
            for name, value in self._metrics(record):
                pipe._send_stat(name, value, 1)
        pipe.send()

    def rehearse(self, records: Sequence[Record]) -> str:
        """Tell what would be sent.

        Parameters
        ----------
        records : Sequence[Record]
            The records.

        Returns
        -------
        str
            The lines.
        """
        found = (metric for record in records for metric in self._metrics(record))
        return "\n".join(f"{name}:{value}" for name, value in found)

    def forked(self) -> None:
        """Look the address up anew in the child."""
        self._until = 0.0

    def close(self) -> None:
        """Close the socket."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _connected(self) -> StatsClient:
        if self._client is None or monotonic() >= self._until:
            from statsd import StatsClient

            fresh = StatsClient(self._host, self._port, maxudpsize=self._packet, ipv6=":" in self._host)
            self.close()
            # Its own way of sending swallows what goes wrong, and the books could not tell.
            fresh._send = lambda data: fresh._sock.sendto(data.encode("ascii"), fresh._addr)
            self._client = fresh
            self._until = monotonic() + self._resolve
        return self._client

    def _metrics(self, record: Record) -> list[tuple[str, str]]:
        fields = record.fields
        tags = self._tagged(fields)
        prefix = record.service if self._prefix is None else self._prefix
        if record.kind == "count":
            return [(self._name(prefix, record.message), f"{_number(fields.get('n'))}|c{tags}")]
        if record.kind == "timing":
            return [(self._name(prefix, record.message), f"{_number(fields.get('ms'))}|ms{tags}")]
        if record.kind == "event":
            name = self._name(prefix, f"event.{record.message.replace('.', '_')}")
            return [(name, f"{_number(fields.get('took_ms'))}|ms{tags}"), *self._stages(prefix, fields, tags)]
        return [
            (self._name(prefix, f"monitor.{sink}.{count}"), f"{_number(account.get(count, 0))}|g")
            for sink, account in fields.items()
            if isinstance(account, dict)
            for count in _COUNTS
        ]

    def _stages(self, prefix: str, fields: Mapping[str, object], tags: str) -> list[tuple[str, str]]:
        stages = fields.get("stages")
        if not isinstance(stages, dict):
            return []
        # What stands under the name of a secret is hidden, a time as well.
        shown = ((name, ms) for name, ms in stages.items() if isinstance(ms, (int, float)))
        return [(self._name(prefix, f"stage.{name}"), f"{_number(ms)}|ms{tags}") for name, ms in shown]

    def _name(self, prefix: str, name: str) -> str:
        cleaned = self._names.clean(name)
        return f"{_part(prefix)}.{cleaned}" if prefix else cleaned

    def _tagged(self, fields: Mapping[str, object]) -> str:
        own = [name for name in self._tags if name in fields]
        tags = ",".join(f"{_UNSAFE.sub('_', name)}:{_UNSAFE_TAG.sub('_', str(fields[name]))}" for name in own)
        return f"|#{tags}" if tags else ""


def _part(name: str) -> str:
    return _UNSAFE.sub("_", name[:_LONGEST]).strip(".")


def _number(value: object) -> str:
    if isinstance(value, (int, float)) and -_LARGEST < value < _LARGEST:
        return f"{value:.12g}"
    raise ValueError(f"a metric is {value!r:.40}: StatsD takes finite numbers")
