"""Where the database is and how long to wait for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from cordio_pg._duration import Duration

__all__ = ["PgSettings"]

EMBEDDED = "embedded"
_ESCAPE = "write special characters of the user and the password as %XX, as in p%40ss for p@ss"


def _address(dsn: SecretStr) -> SecretStr:
    text = dsn.get_secret_value()
    if text != EMBEDDED:
        _split(text)
    return dsn


def _split(dsn: str) -> SplitResult:
    """Split an address; no message may repeat it, since there may be a password in it."""
    try:
        parts = urlsplit(dsn)
    except ValueError:
        raise ValueError(_ESCAPE) from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("write 'embedded' or an address: postgresql://user:password@host:5432/database")
    # An unescaped character of a password ends the host's part early, or late.
    if parts.fragment or "@" in parts.path + parts.query or parts.netloc.count("@") > 1:
        raise ValueError(_ESCAPE)
    return parts


def _positive(duration: Duration) -> Duration:
    if duration <= 0:
        raise ValueError("it must be longer than 0")
    return duration


Limit = Annotated[Duration, AfterValidator(_positive)]


class PgSettings(BaseModel):
    """The settings of the section ``pg``.

    Parameters
    ----------
    host : str
        The server's name or address, or the folder of its unix socket.
    port : int
        Its port.
    user : str
        The user to log in as.
    password : SecretStr or None
        The password; without one asyncpg looks at ``PGPASSWORD`` and ``~/.pgpass``.
    database : str
        The database.
    dsn : SecretStr or None
        ``embedded`` for a private server in `data`, or a ``postgresql://`` address that takes the
        place of the fields above.
    data : Path
        The folder of the private server.
    min_size : int
        How many connections stay open when they are idle.
    max_size : int
        How many connections there may be.
    idle : Duration
        After what time an idle connection is closed.
    timeout : Duration
        The limit of a call, from waiting for a connection to the answer.
    connect_timeout : Duration
        The limit of one attempt to connect.
    close_timeout : Duration
        How long calls in progress may take to end when the service stops.
    application_name : str
        The name the server shows for our connections.

    Examples
    --------
    >>> PgSettings(host="db.local", password="secret").where
    'db.local:5432'
    >>> PgSettings(dsn="postgresql://me:secret@db.local:5433/orders")
    PgSettings(dsn=SecretStr('**********'))
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=5432, ge=1, le=65535)
    user: str = Field(default="postgres", min_length=1)
    password: SecretStr | None = None
    database: str = Field(default="postgres", min_length=1)
    dsn: Annotated[SecretStr, AfterValidator(_address)] | None = None
    data: Path = Path("var/pg")
    min_size: int = Field(default=0, ge=0)
    max_size: int = Field(default=10, ge=1)
    idle: Limit = Duration("5m")
    timeout: Limit = Duration("10s")
    connect_timeout: Limit = Duration("5s")
    close_timeout: Limit = Duration("5s")
    application_name: str = "cordio"

    @model_validator(mode="after")
    def _sizes(self) -> Self:
        if self.min_size > self.max_size:
            raise ValueError(f"min_size is {self.min_size}, but max_size is only {self.max_size}")
        return self

    @property
    def embedded(self) -> bool:
        """Whether the server is a private one of our own."""
        return self.dsn is not None and self.dsn.get_secret_value() == EMBEDDED

    @property
    def where(self) -> str:
        """The server as messages name it: never with a user or a password."""
        if self.embedded:
            return f"the embedded server in {self.data}"
        if self.dsn is None:
            return f"{self.host}:{self.port}"
        parts = _split(self.dsn.get_secret_value())
        asked = parse_qs(parts.query)
        hosts = parts.netloc.rpartition("@")[2] or ",".join(asked.get("host", ["localhost"]))
        return hosts if ":" in hosts else f"{hosts}:{asked.get('port', ['5432'])[0]}"

    def __repr_args__(self) -> list[tuple[str | None, object]]:
        """Show only what was set."""
        return [(name, value) for name, value in super().__repr_args__() if name in self.model_fields_set]
