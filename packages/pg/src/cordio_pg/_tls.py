"""TLS to the server, by the names that libpq has for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from cordio_pg._address import address
from cordio_pg._exceptions import PgError

if TYPE_CHECKING:
    from ssl import SSLContext

    from cordio_pg._settings import PgSettings

__all__ = ["SslMode", "TlsUnusable", "Trust", "tls", "tls_fault"]

SslMode: TypeAlias = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
_UNVERIFIED = ("disable", "allow", "prefer")


class TlsUnusable(PgError):
    """The files that the settings name for TLS cannot be used.

    Parameters
    ----------
    setting : str
        The setting.
    file : Path
        The file that it names.
    reason : str
        What stands against it.

    Examples
    --------
    >>> print(TlsUnusable("sslrootcert", Path("etc/ca.pem"), "No such file or directory"))
    the file etc/ca.pem, which the setting sslrootcert names, cannot be used: No such file or directory
    """

    exit_code = 78  # wrong settings: its text is for people

    def __init__(self, setting: str, file: Path, reason: str) -> None:
        super().__init__(setting, file, reason)
        self.setting = setting
        self.file = file
        self.reason = reason

    def __str__(self) -> str:
        return f"the file {self.file}, which the setting {self.setting} names, cannot be used: {self.reason}"


def tls_fault(mode: str | None, authority: Path | None, own: Path | None, key: Path | None) -> str | None:
    """Tell what cannot be meant by settings for TLS."""
    if mode in _UNVERIFIED and authority is not None:
        return (
            f"sslmode is {mode!r}, which verifies nothing, but there is an sslrootcert: "
            "write verify-full, or leave sslmode out"
        )
    if mode in _UNVERIFIED and own is not None:
        return f"sslmode is {mode!r}, but there is an sslcert: write require or verify-full"
    if key is not None and own is None:
        return "there is an sslkey, but no sslcert that it is the key of"
    return None


class Trust(Protocol):
    """What knows how servers are verified; ``cordio_core.tls.Tls`` is one.

    Examples
    --------
    >>> class System:
    ...     @property
    ...     def client(self) -> "SSLContext":
    ...         import ssl
    ...         return ssl.create_default_context()
    >>> trust: Trust = System()
    """

    @property
    def client(self) -> SSLContext:
        """The context of connections to servers."""
        ...


def tls(settings: PgSettings, trust: Trust | None = None) -> SSLContext | str | None:
    """Return what asyncpg takes for ``ssl``; files are read now, once for all connections."""
    if settings.sslmode is None and settings.sslrootcert is None and settings.sslcert is None:
        return None  # the dsn or libpq's variables have the say
    told = {} if settings.dsn is None else address(settings.dsn.get_secret_value()).parts
    authority = settings.sslrootcert or _path(told.get("sslrootcert"))
    # An authority that is named is there to be asked.
    mode = settings.sslmode or told.get("sslmode") or ("verify-full" if authority else "require")
    if mode == "verify-full" and trust is not None and authority is None and settings.sslcert is None:
        return trust.client
    return mode if mode in _UNVERIFIED else _context(settings, mode, authority)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _context(settings: PgSettings, mode: str, authority: Path | None) -> SSLContext:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = mode == "verify-full"
    _trust(context, mode, authority)
    if settings.sslcert is not None:
        try:
            # Without a password OpenSSL would ask for one at the terminal.
            context.load_cert_chain(settings.sslcert, settings.sslkey, password="")
        except OSError as error:
            raise TlsUnusable("sslcert", settings.sslcert, _reason(error)) from error
    return context


def _trust(context: SSLContext, mode: str, authority: Path | None) -> None:
    import ssl

    if authority is not None:
        try:
            context.load_verify_locations(cafile=authority)
        except OSError as error:
            raise TlsUnusable("sslrootcert", authority, _reason(error)) from error
    elif mode == "require":
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_default_certs()


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
