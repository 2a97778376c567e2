"""What can be wrong with certificates."""

from __future__ import annotations

from cordio_core._exceptions import CoreError

__all__ = ["TlsError", "TlsWarning"]


class TlsError(CoreError):
    """A key, a certificate or a list of authorities that cannot be used.

    Parameters
    ----------
    file : str
        The file; never what is in it.
    what : str
        What is wrong.
    cure : str
        What to do.

    Examples
    --------
    >>> print(TlsError("etc/certs/service.pem", "it does not exist", "set tls.certificate to a PEM file"))
    etc/certs/service.pem: it does not exist: set tls.certificate to a PEM file
    """

    exit_code = 78

    def __init__(self, file: str, what: str, cure: str) -> None:
        super().__init__(file, what, cure)
        self.file, self.what, self.cure = file, what, cure

    def __str__(self) -> str:
        """Say where, what, and what to do."""
        return f"{self.file}: {self.what}: {self.cure}"


class TlsWarning(TlsError):
    """What has to be mended soon, while what is in use goes on: health tells it, readiness stays.

    Examples
    --------
    >>> TlsWarning("etc/certs/service.pem", "it runs out on 2026-12-01", "renew it").optional
    True
    """

    optional = True
