"""Callers by API key."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from cordio_core.auth._caller import Caller
from cordio_core.auth._entries import ApiKey
from cordio_core.auth._exceptions import Refused

__all__ = ["ApiKeys", "new_key"]

_LONGEST = 1024  # characters; one of ours has 50


def new_key() -> tuple[str, str]:
    """Make an API key.

    Returns
    -------
    tuple of str
        The key, for its holder alone: 256 bits from the system's generator, behind a word by which scanners
        for leaked secrets find it. And its hash, for ``auth.keys.<name>.hash``.

    Examples
    --------
    >>> key, stored = new_key()
    >>> key.startswith("cordio_"), len(key), stored.startswith("sha256:")
    (True, 50, True)
    """
    key = f"cordio_{secrets.token_urlsafe(32)}"
    return key, f"sha256:{_digest(key).hex()}"


class ApiKeys:
    """Recognises API keys by their hash.

    Parameters
    ----------
    keys : mapping of str to ApiKey
        The keys by the name of their holder.

    Examples
    --------
    >>> key, stored = new_key()
    >>> ApiKeys({"till": ApiKey(stored, ("orders:write",))}).caller(key)
    Caller(name='till', rights=frozenset({'orders:write'}), kind='key')
    """

    def __init__(self, keys: Mapping[str, ApiKey]) -> None:
        self._known = [
            (bytes.fromhex(key.hash.partition(":")[2]), Caller(name, frozenset(key.rights), "key"))
            for name, key in keys.items()
        ]

    def caller(self, key: str) -> Caller:
        """Tell whose a key is; all the hashes are compared, each in constant time.

        Parameters
        ----------
        key : str
            The key.

        Returns
        -------
        Caller
            Its holder.

        Raises
        ------
        Refused
            If it is nobody's.
        """
        if len(key) > _LONGEST:
            raise Refused("key", f"it is longer than {_LONGEST} characters")
        shown, found = _digest(key), None
        for digest, caller in self._known:
            if hmac.compare_digest(digest, shown):
                found = caller
        if found is None:
            raise Refused("key", "it is nobody's")
        return found


def _digest(key: str) -> bytes:
    # Not scrypt: 256 random bits cannot be guessed, and each request pays for the hash.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
