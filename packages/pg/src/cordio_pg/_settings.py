"""Where the database is and how long to wait for it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from cordio_pg._address import EMBEDDED, address, disagreements
from cordio_pg._duration import Duration
from cordio_pg._hosts import places
from cordio_pg._setting import Attribute, Dsn, Limit
from cordio_pg._tls import SslMode, tls_fault

__all__ = ["PgSettings"]

# What an address says too; and of these, what a private server takes from the fields.
_OF_ADDRESS = ("host", "port", "user", "password", "database", "sslmode")
_OF_EMBEDDED = ("user", "database")
_FILES = ("data", "sslrootcert", "sslcert", "sslkey")


class PgSettings(BaseModel):
    """The settings of the section ``pg``.

    Parameters
    ----------
    host : str
        The server's name or address, or the folder of its unix socket; or several that are tried in turn:
        ``db1,db2:5433``.
    port : int
        Its port.
    user : str
        The user to log in as.
    password : SecretStr or None
        The password; without one asyncpg looks at ``PGPASSWORD`` and ``~/.pgpass``.
    database : str
        The database.
    dsn : SecretStr or None
        ``embedded`` for a private server in `data`, or a ``postgresql://`` address. A field above that is
        set too fills what the address leaves out; one that says something else is a mistake, not a choice
        made silently. Empty is None.
    data : Path
        The folder of the private server; see ``root`` of `Postgres` for where a relative one begins.
    sslmode : str or None
        How TLS is used, by libpq's names; by default ``verify-full`` if there is an `sslrootcert`, else
        ``prefer``, which verifies nothing. A server with a certificate of a well-known authority needs
        ``verify-full`` alone.
    sslrootcert : Path or None
        The file of the authorities that the server's certificate is verified by.
    sslcert : Path or None
        The file of our own certificate, where the server asks for one.
    sslkey : Path or None
        The file of its key, without a password; by default the key is in `sslcert`.
    search_path : str or None
        The schemas that names without one are looked for in: ``orders, public``.
    statement_timeout : Duration or None
        The limit that the server itself puts to each statement.
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
    outage : Duration
        How long an outage is waited over: calls wait for the server until then, or until their own limit;
        calls of a longer outage fail at once.
    waiting : Duration
        How long a call waits for a connection at most, however long its own limit is.
    max_waiters : int
        How many calls may wait for a connection; one more fails at once.
    age : Duration
        The age at which a connection is replaced, a tenth more or less by chance.
    borrow : Duration
        After what time a connection that a block holds is reported, with the task and the line.
    nested : {"warn", "error", "allow"}
        What happens when a task asks for a second connection while it holds one.
    reset : {"needed", "always"}
        Whether a session is tidied only when a statement may have changed it, or after each use. The functions
        behind triggers, views and operators are not seen: where these leave something, write ``always``.
    pgbouncer : bool
        Whether a pgbouncer in transaction mode is in between: then nothing is prepared, or left in a session.
    target : str or None
        What a server must be, of several hosts: ``any``, ``read-write``, ``read-only``, ``primary``,
        ``standby``, ``prefer-standby``.

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
    dsn: Dsn = None
    data: Path = Path("var/pg")
    sslmode: SslMode | None = None
    sslrootcert: Path | None = None
    sslcert: Path | None = None
    sslkey: Path | None = None
    search_path: str | None = Field(default=None, min_length=1)
    statement_timeout: Limit | None = None
    min_size: int = Field(default=0, ge=0)
    max_size: int = Field(default=10, ge=1)
    idle: Limit = Duration("5m")
    timeout: Limit = Duration("10s")
    connect_timeout: Limit = Duration("5s")
    close_timeout: Limit = Duration("5s")
    application_name: str = "cordio"
    outage: Duration = Duration("10s")
    waiting: Limit = Duration("30s")
    max_waiters: int = Field(default=1000, ge=0)
    age: Limit = Duration("1h")
    borrow: Limit = Duration("1m")
    nested: Literal["warn", "error", "allow"] = "warn"
    reset: Literal["needed", "always"] = "needed"
    pgbouncer: bool = False
    target: Attribute | None = None

    @field_validator("host")
    @classmethod
    def _hosts(cls, host: str) -> str:
        places(host, 1)
        return host

    @model_validator(mode="after")
    def _sizes(self) -> Self:
        if self.min_size > self.max_size:
            raise ValueError(f"min_size is {self.min_size}, but max_size is only {self.max_size}")
        return self

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if self.dsn is None:
            return self
        left = _OF_EMBEDDED if self.embedded else ()
        fields = {name: self._plain(name) for name in _OF_ADDRESS if self._is_meant(name) and name not in left}
        if faults := disagreements(self.dsn.get_secret_value(), fields):
            what = "'embedded'" if self.embedded else "an address"
            told = f"dsn is {what}, but {'; '.join(faults)}"
            raise ValueError(f"{told}: keep one of them (an empty dsn leaves it to the fields)")
        return self

    @model_validator(mode="after")
    def _tls(self) -> Self:
        if fault := tls_fault(self.sslmode, self.sslrootcert, self.sslcert, self.sslkey):
            raise ValueError(fault)
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
            return ",".join(f"{host}:{port}" for host, port in places(self.host, self.port))
        return address(self.dsn.get_secret_value()).where

    def given(self, name: str) -> object:
        """Return a field of the address in plain text, or None where the `dsn` has the say.

        Parameters
        ----------
        name : str
            ``host``, ``port``, ``user``, ``password``, ``database`` or ``sslmode``.

        Returns
        -------
        object
            The value.

        Examples
        --------
        >>> PgSettings(host="db").given("user"), PgSettings(dsn="postgresql://me@db").given("user")
        ('postgres', None)
        """
        return self._plain(name) if self.dsn is None or name in self.model_fields_set else None

    def below(self, root: Path) -> Self:
        """Return the same settings with relative files below a folder.

        Parameters
        ----------
        root : Path
            The folder, such as the project's.

        Returns
        -------
        PgSettings
            The settings.

        Examples
        --------
        >>> PgSettings(dsn="embedded").below(Path("/srv/orders")).where
        'the embedded server in /srv/orders/var/pg'
        """
        files = {name: getattr(self, name) for name in _FILES}
        return self.model_copy(update={name: root / file for name, file in files.items() if file is not None})

    def _plain(self, name: str) -> object:
        value = getattr(self, name)
        return value.get_secret_value() if isinstance(value, SecretStr) else value

    def _is_meant(self, name: str) -> bool:
        """Whether somebody set it; where nothing listens, a default that was written down means nothing."""
        written = type(self).model_fields[name].default
        return name in self.model_fields_set and not (self.embedded and getattr(self, name) == written)

    def __repr_args__(self) -> list[tuple[str | None, object]]:
        """Show only what was set."""
        return [(name, value) for name, value in super().__repr_args__() if name in self.model_fields_set]
