"""The parts of a ``postgresql://`` address, and whether the fields beside it say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

__all__ = ["EMBEDDED", "Address", "address", "disagreements"]

EMBEDDED = "embedded"
_ESCAPE = "write special characters of the user and the password as %XX, as in p%40ss for p@ss"
_SECRET = "password"


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says: parts by the names of the settings, and its query."""

    hosts: str
    parts: dict[str, str]

    @property
    def where(self) -> str:
        """The servers as messages name them."""
        return self.hosts if ":" in self.hosts else f"{self.hosts}:{self.parts.get('port', '5432')}"


def address(dsn: str) -> Address:
    """Take an address apart; no message may repeat it, since there may be a password in it."""
    split = _split(dsn)
    query = {name: values[-1] for name, values in parse_qs(split.query).items()}
    login, _, hosts = split.netloc.rpartition("@")
    user, _, password = login.partition(":")
    told = {"user": user, "password": password, "database": split.path[1:]}
    parts = {**query, **{name: unquote(text) for name, text in told.items() if text}}
    if "dbname" in query:
        parts.setdefault("database", query["dbname"])
    if hosts:
        parts |= _places(hosts)
    return Address(hosts or query.get("host", "localhost"), parts)


def disagreements(dsn: str, fields: Mapping[str, object]) -> list[str]:
    """Tell which of the fields that were set say something else than the address."""
    if dsn == EMBEDDED:
        return [
            f"{name} is {_shown(name, value)}, which has no meaning for it" for name, value in fields.items()
        ]
    parts = address(dsn).parts
    return [
        f"{name} is {_shown(name, value)}, and the address says {_shown(name, parts[name])}"
        for name, value in fields.items()
        if name in parts and parts[name] != str(value)
    ]


def _split(dsn: str) -> SplitResult:
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


def _places(hosts: str) -> dict[str, str]:
    """Return the host and the port, where one server is named, or where all have one port."""
    pairs = [_place(one) for one in hosts.split(",")]
    ports = {port for _, port in pairs}
    found = {"host": ",".join(host for host, _ in pairs)}
    if len(ports) == 1 and (port := ports.pop()):
        found["port"] = port
    return found


def _place(text: str) -> tuple[str, str]:
    host, colon, port = text.rpartition(":")
    host, port = (host, port) if colon and not port.endswith("]") else (text, "")
    return unquote(host).strip("[]"), port


def _shown(name: str, value: object) -> str:
    return "another" if name == _SECRET else repr(value)
