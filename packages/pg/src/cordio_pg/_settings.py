"""Where the database is, how long to wait for it, and what it is to hold."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from cordio_pg._duration import Duration
from cordio_pg._location import Location
from cordio_pg._setting import Attribute, Folder, Limit

__all__ = ["PgSettings"]

_FILES = ("data", "sslrootcert", "sslcert", "sslkey", "migrations", "data_version")


class PgSettings(Location):
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
    migrations : Path or None
        The folder of the migrations; empty for none. A database that has others needs a folder of its own.
    data_version : Path or None
        The file that says which migration the code needs at least; without it that is the last one. Empty for
        none, as for a second database.
    migrate : {"never", "check", "apply"}
        What happens to them at the start: nothing; a schema that the code does not fit is an error (one that
        cannot be reached is asked later, and not healthy until then); or what waits is applied.
    migrate_within : Duration
        How long the lock for migrations is waited for, and how long one statement of them may take.
    environment : str
        Where the program runs: the embedded server refuses to in ``production``.
    slow : Duration
        A statement that takes the server so long is told as slow; 0 for never.
    slow_plan : bool
        Whether its plan is told too, asked for (``explain``) once it is over; of what only reads, and once
        for each statement.

    Examples
    --------
    >>> PgSettings(host="db.local", password="secret").where
    'db.local:5432'
    >>> PgSettings(dsn="postgresql://me:secret@db.local:5433/orders")
    PgSettings(dsn=SecretStr('**********'))
    """

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
    migrations: Folder = Path("home/migrations")
    data_version: Folder = Path("etc/data_version")
    migrate: Literal["never", "check", "apply"] = "check"
    migrate_within: Limit = Duration("10m")
    environment: str = ""
    slow: Duration = Duration("1s")
    slow_plan: bool = False

    @model_validator(mode="after")
    def _sizes(self) -> Self:
        if self.min_size > self.max_size:
            raise ValueError(f"min_size is {self.min_size}, but max_size is only {self.max_size}")
        return self

    @property
    def first_schema(self) -> str | None:
        """The schema of `search_path` that new tables are made in; None where it names none."""
        first = (self.search_path or "").partition(",")[0].strip()
        return None if first in ("", '"$user"', "$user") else first.strip('"').replace('""', '"')

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
