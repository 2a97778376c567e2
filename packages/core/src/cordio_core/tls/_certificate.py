"""What a certificate says of itself."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cordio_core.tls._exceptions import TlsError

__all__ = ["Certificate"]

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_EXPLICIT_VERSION, _UTC_TIME = 0xA0, 0x17


@dataclass(frozen=True, slots=True)
class Certificate:
    """From when to when a certificate holds.

    Parameters
    ----------
    begins : datetime
        Not valid before, in UTC.
    ends : datetime
        Not valid after, in UTC.

    Examples
    --------
    >>> Certificate(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)).ends.year
    2027
    """

    begins: datetime
    ends: datetime

    @classmethod
    def read(cls, file: str | Path) -> Certificate:
        """Read the first certificate of a file.

        Parameters
        ----------
        file : str or Path
            In PEM (RFC 7468).

        Returns
        -------
        Certificate
            Its validity (RFC 5280, section 4.1.2.5).

        Raises
        ------
        TlsError
            If there is none in it.
        """
        try:
            text = Path(file).read_text("ascii", "replace")
            start = text.index(_BEGIN)
            found = text[start : text.index(_END, start) + len(_END)]
            return cls(*_validity(ssl.PEM_cert_to_DER_cert(found)))
        except (OSError, ValueError, IndexError) as error:
            said = getattr(error, "strerror", None) or "there is no certificate in it"
            raise TlsError(str(file), said, "write a certificate in PEM") from None


def _validity(der: bytes) -> tuple[datetime, datetime]:
    """Walk to the validity: the fifth field of the certificate's body, less the optional version."""
    at = _value(der, _value(der, 0)[1])[1]
    if der[at] == _EXPLICIT_VERSION:
        at = _value(der, at)[0]
    for _ in ("serial number", "signature", "issuer"):
        at = _value(der, at)[0]
    first = _value(der, at)[1]
    second = _value(der, first)[0]
    return _time(der, first), _time(der, second)


def _value(der: bytes, at: int) -> tuple[int, int]:
    """Return where the next value starts, and where the content of this one does (X.690, section 8.1)."""
    length, start = der[at + 1], at + 2
    if length & 0x80:
        width = length & 0x7F
        length, start = int.from_bytes(der[start : start + width], "big"), start + width
    return start + length, start


def _time(der: bytes, at: int) -> datetime:
    after, start = _value(der, at)
    text = der[start:after].decode("ascii")
    if der[at] == _UTC_TIME:  # two digits: 1950 to 2049 (RFC 5280, section 4.1.2.5.1)
        text = ("19" if text[0] >= "5" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
