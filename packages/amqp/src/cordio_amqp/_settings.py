"""Where the broker is and how long to wait for it."""

from __future__ import annotations

import os
from math import ceil
from typing import Annotated
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from cordio_amqp._backoff import pauses
from cordio_amqp._places import Place, places, told
from cordio_core import Duration, Size

__all__ = ["AmqpSettings"]

_PORTS = {"amqp": 5672, "amqps": 5671}
_MEMORY = "memory:"
_OF_A_SERVER = {"host", "port", "user", "password", "vhost", "url"}
_OF_TLS = frozenset({"cafile", "capath", "cadata", "certfile", "keyfile", "no_verify_ssl"})
_PRESET = "CORDIO_PRESET"
_LONGEST_HEARTBEAT = 65534


def _address(url: SecretStr) -> SecretStr:
    if not _is_memory(url):
        _split(url.get_secret_value())
    return url


def _is_memory(url: SecretStr) -> bool:
    return url.get_secret_value().startswith(_MEMORY)


def _split(url: str) -> SplitResult:
    """Split an address; no message repeats a piece of it, since that may be of the password."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not _hosts(parts):
        raise ValueError(
            "write it as amqp://user:password@host:5672/vhost, amqps:// for TLS, or memory: for no server"
        )
    if parts.fragment or ("@" not in parts.netloc and "@" in parts.path + parts.query):
        raise ValueError("write special characters of the user and the password as %XX, as in p%40ss for p@ss")
    places(_hosts(parts), _PORTS[parts.scheme])
    return parts


def _hosts(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _named(hosts: str) -> str:
    places(hosts, 1)
    return hosts


def _positive(duration: Duration) -> Duration:
    if duration <= 0:
        raise ValueError("it must be longer than 0")
    return duration


def _pauses(text: str) -> str:
    first, longest = pauses(text)
    if not 0 < first <= longest:
        raise ValueError("write the first pause and the longest, both longer than 0: 50ms..1s")
    return text


def _whole_seconds(duration: Duration) -> Duration:
    if duration > _LONGEST_HEARTBEAT:
        raise ValueError(f"it must not be longer than {_LONGEST_HEARTBEAT}s; 0 switches heartbeats off")
    return Duration(ceil(duration))


Limit = Annotated[Duration, AfterValidator(_positive)]


class AmqpSettings(BaseModel):
    """The settings of the section ``amqp``.

    Parameters
    ----------
    host : str
        The broker's name or address; or several of one cluster, which are tried in turn: ``mq1,mq2:5673``.
    port : int
        Its port.
    user : str
        The user to log in as.
    password : SecretStr
        The user's password.
    vhost : str
        The virtual host.
    url : SecretStr or None
        An ``amqp://`` or ``amqps://`` address that takes the place of the fields above; ``memory:`` for a
        broker in this process, which keeps nothing beyond its end. That is also what holds where
        ``CORDIO_PRESET=development`` and nothing is said of a server.
    heartbeat : Duration
        How often the two sides show that they are alive, in whole seconds; 0 switches that off.
    connect_timeout : Duration
        The limit of one attempt to connect.
    reconnect : str
        The pause before the next attempt to connect, and the longest one: ``"50ms..1s"`` doubles from the
        first to the second, each with a part of chance.
    idle : Duration
        After what time without a publish the connection for publishing is closed; the next one opens it
        again. 0 for never.
    buffer : int
        How many messages wait for the connection at most, in the order in which they came, each up to its
        limit; one more is not sent, and told so at once.
    buffer_size : Size
        How large they are at most, together.
    timeout : Duration
        The limit of a call, from waiting for the connection to the confirmation.
    prefetch : int
        How many messages of a queue the broker hands out before one is settled, unless its handler says.
    close_timeout : Duration
        How long publishes in progress and the closing of the connection may take at the end.
    watch : Duration
        How often the broker is asked how many messages wait, and handlers are looked at.
    consumer_timeout : Duration
        The ``consumer_timeout`` of the broker, after which it closes the channel of a message that is not
        settled; half of it is told.
    body_limit : Size
        How large a message may be, unpacked: a larger one is not published, and not read but parked.
    compress_from : Size or None
        From which size on what is published is compressed (gzip); never if None.

    Examples
    --------
    >>> AmqpSettings(host="mq.local", password="secret").where
    'mq.local:5672'
    >>> AmqpSettings(url="amqps://shop:secret@mq.local/orders").where
    'mq.local:5671'
    >>> AmqpSettings(password="secret", heartbeat="1m")
    AmqpSettings(password=SecretStr('**********'), heartbeat=60.0)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: Annotated[str, AfterValidator(_named)] = Field(default="127.0.0.1", pattern=r"^[^\s/?#@]+$")
    port: int = Field(default=5672, ge=1, le=65535)
    user: str = Field(default="guest", min_length=1)
    password: SecretStr = SecretStr("guest")
    vhost: str = Field(default="/", min_length=1)
    url: Annotated[SecretStr, AfterValidator(_address)] | None = None
    heartbeat: Annotated[Duration, AfterValidator(_whole_seconds)] = Duration("10s")
    connect_timeout: Limit = Duration("5s")
    reconnect: Annotated[str, AfterValidator(_pauses)] = "50ms..1s"
    idle: Duration = Duration("5m")
    buffer: int = Field(default=10_000, ge=0)
    buffer_size: Size = Size("64MiB")
    timeout: Limit = Duration("10s")
    prefetch: int = Field(default=50, ge=1, le=65535)
    close_timeout: Limit = Duration("5s")
    watch: Limit = Duration("10s")
    consumer_timeout: Limit = Duration("30m")
    body_limit: Size = Size("16MiB")
    compress_from: Size | None = None

    @property
    def in_memory(self) -> bool:
        """Whether there is no server, but a broker in this process.

        Examples
        --------
        >>> AmqpSettings(url="memory:").in_memory
        True
        """
        if self.url is not None:
            return _is_memory(self.url)
        return os.environ.get(_PRESET) == "development" and not self.model_fields_set & _OF_A_SERVER

    @property
    def places(self) -> tuple[Place, ...]:
        """Host and port of each broker, in the order in which they are tried.

        Examples
        --------
        >>> AmqpSettings(url="amqp://me:secret@mq1,mq2:5673/orders").places
        (('mq1', 5672), ('mq2', 5673))
        """
        if self.url is None:
            return places(self.host, self.port)
        parts = _split(self.url.get_secret_value())
        return places(_hosts(parts), _PORTS[parts.scheme])

    @property
    def secured(self) -> bool:
        """Whether TLS is spoken: the address begins with ``amqps://``.

        Examples
        --------
        >>> AmqpSettings(host="mq.local").secured
        False
        """
        return self.url is not None and self.url.get_secret_value().startswith("amqps:")

    @property
    def own_tls(self) -> bool:
        """Whether the address itself says by which files TLS is spoken.

        Examples
        --------
        >>> AmqpSettings(url="amqps://mq.local/?cafile=ca.pem").own_tls
        True
        """
        query = "" if self.url is None else _split(self.url.get_secret_value()).query
        return not _OF_TLS.isdisjoint(name for name, _ in parse_qsl(query, keep_blank_values=True))

    @property
    def where(self) -> str:
        """The broker as messages name it: never with a user or a password."""
        if self.in_memory:
            return _MEMORY if self.url is None else self.url.get_secret_value()
        return told(self.places)

    @property
    def who(self) -> str:
        """The user that logs in."""
        if self.url is None or self.in_memory:
            return self.user
        return unquote(_split(self.url.get_secret_value()).username or "guest")

    def __repr_args__(self) -> list[tuple[str | None, object]]:
        """Show only what was set."""
        return [(name, value) for name, value in super().__repr_args__() if name in self.model_fields_set]
