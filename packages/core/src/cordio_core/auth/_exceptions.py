"""What can be wrong with who asks, and with what is known of it."""

from __future__ import annotations

from cordio_core._exceptions import CoreError

__all__ = ["AuthError", "Refused", "Unavailable"]


class AuthError(CoreError):
    """Keys or settings that cannot be used.

    Parameters
    ----------
    where : str
        The file, the address or the setting; never what is in it.
    what : str
        What is wrong.
    cure : str
        What to do.

    Examples
    --------
    >>> print(AuthError("etc/keys.json", "it is no JSON", "write a JWK Set (RFC 7517, section 5)"))
    etc/keys.json: it is no JSON: write a JWK Set (RFC 7517, section 5)
    """

    exit_code = 78

    def __init__(self, where: str, what: str, cure: str) -> None:
        super().__init__(where, what, cure)
        self.where, self.what, self.cure = where, what, cure

    def __str__(self) -> str:
        """Say where, what, and what to do."""
        return f"{self.where}: {self.what}: {self.cure}"


class Refused(CoreError):
    """Credentials that prove nothing.

    The reason is for records; whoever asked learns only that they do not hold.

    Parameters
    ----------
    kind : str
        What was shown: ``token``, ``key``, ``password`` or ``certificate``.
    reason : str
        Why it does not hold, in words that repeat nothing of it.

    Examples
    --------
    >>> print(Refused("token", "expired_token exp"))
    the token is refused: expired_token exp
    """

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(kind, reason)
        self.kind, self.reason = kind, reason

    def __str__(self) -> str:
        """Say what, and why."""
        return f"the {self.kind} is refused: {self.reason}"


class Unavailable(CoreError):
    """No keys to check tokens with: neither those that hold nor those that do not can be told.

    Parameters
    ----------
    reason : str
        Why there are none.
    retry : float
        When it is worth to ask again, in seconds.

    Examples
    --------
    >>> print(Unavailable("https://id.example/keys: it refuses the connection", 10.0))
    there are no keys to check tokens with: https://id.example/keys: it refuses the connection
    """

    def __init__(self, reason: str, retry: float) -> None:
        super().__init__(reason, retry)
        self.reason, self.retry = reason, retry

    def __str__(self) -> str:
        """Say why."""
        return f"there are no keys to check tokens with: {self.reason}"
