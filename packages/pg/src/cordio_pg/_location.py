"""Where the database is, as its settings say it."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from cordio_pg._address import EMBEDDED, address, disagreements
from cordio_pg._hosts import places
from cordio_pg._setting import Dsn
from cordio_pg._tls import SslMode, tls_fault

__all__ = ["Location"]

# What an address says too; and of these, what a private server takes from the fields.
_OF_ADDRESS = ("host", "port", "user", "password", "database", "sslmode")
_OF_EMBEDDED = ("user", "database")


class Location(BaseModel):
    """The fields of `PgSettings` that say where the server is; they are told there."""

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

    @field_validator("host")
    @classmethod
    def _hosts(cls, host: str) -> str:
        places(host, 1)
        return host

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
        >>> Location(host="db").given("user"), Location(dsn="postgresql://me@db").given("user")
        ('postgres', None)
        """
        return self._plain(name) if self.dsn is None or name in self.model_fields_set else None

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
