"""Callers by user and password (RFC 7617), for management alone."""

from __future__ import annotations

import asyncio
import base64
import hmac
import secrets
from collections.abc import Mapping

from cordio_core.auth._caller import Caller
from cordio_core.auth._entries import User
from cordio_core.auth._exceptions import Refused
from cordio_core.auth._passwords import Hash

__all__ = ["Users"]

_LONGEST = 1024  # characters
_AT_A_TIME = 2  # checks by scrypt: each takes 16 MiB and most of a core


class Users:
    """Recognises passwords by their hash; one that was right is recognised again without scrypt.

    Parameters
    ----------
    users : mapping of str to User
        The users by name.

    Examples
    --------
    >>> from cordio_core.auth import hashed
    >>> users = Users({"ann": User(hashed("correct horse battery"), ("state:read",))})
    >>> asyncio.run(users.caller(base64.b64encode(b"ann:correct horse battery").decode()))
    Caller(name='ann', rights=frozenset({'state:read'}), kind='password')
    """

    def __init__(self, users: Mapping[str, User]) -> None:
        self._users = {name: (Hash.read(user.hash), user) for name, user in users.items()}
        self._nobody = Hash.of_nobody()
        self._secret = secrets.token_bytes(32)
        self._right: dict[str, bytes] = {}
        self._turns = asyncio.Semaphore(_AT_A_TIME)

    async def caller(self, credentials: str) -> Caller:
        """Tell who shows a password; it takes as long for a user that is none.

        Parameters
        ----------
        credentials : str
            User and password, as the scheme ``Basic`` has them: in base 64.

        Returns
        -------
        Caller
            The user.

        Raises
        ------
        Refused
            If there is no such user, or the password is not the user's.
        """
        name, password = _read(credentials)
        known = self._users.get(name)
        fits = await self._fits(name, known[0] if known else self._nobody, password)
        if known is None or not fits:
            raise Refused("password", "user and password do not fit")
        return Caller(name, frozenset(known[1].rights), "password")

    async def _fits(self, name: str, kept: Hash, password: str) -> bool:
        mark = hmac.digest(self._secret, password.encode(), "sha256")
        if hmac.compare_digest(self._right.get(name, b""), mark):
            return True
        async with self._turns:
            fits = await asyncio.to_thread(kept.fits, password)
        if fits:
            self._right[name] = mark
        return fits


def _read(credentials: str) -> tuple[str, str]:
    if len(credentials) > _LONGEST:
        raise Refused("password", f"it is longer than {_LONGEST} characters")
    try:
        name, colon, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except ValueError:
        raise Refused("password", "it is malformed") from None
    if not colon:
        raise Refused("password", "it is malformed")
    return name, password
