"""What a request shows of who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cordio_core.auth._exceptions import Refused

__all__ = ["API_KEY", "Credentials"]

API_KEY = "api key"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A scheme, and what proves it.

    Parameters
    ----------
    scheme : str
        The scheme of ``Authorization`` in lower case: ``bearer``, ``basic``; or `API_KEY`, which is none.
    value : str
        The token, the key, or user and password.

    Examples
    --------
    >>> Credentials.read({"authorization": "Bearer abc.def.ghi"}, "x-api-key")
    Credentials(scheme='bearer')
    """

    scheme: str
    value: str = field(repr=False)

    @classmethod
    def read(cls, headers: Mapping[str, str], key_header: str) -> Credentials | None:
        """Read the credentials in headers.

        Parameters
        ----------
        headers : mapping of str to str
            The headers of a request, names in lower case.
        key_header : str
            The header with an API key, in lower case.

        Returns
        -------
        Credentials or None
            None if there are none.

        Raises
        ------
        Refused
            If there are two (RFC 6750, section 2), or what there is is no text.
        """
        authorization, key = headers.get("authorization"), headers.get(key_header)
        if authorization is not None and key is not None:
            raise Refused("token", "a key is shown too: show one of them")
        found = key if authorization is None else authorization
        if found is None:
            return None
        if not isinstance(found, str):  # a message's header may hold anything
            raise Refused("token" if key is None else "key", "it is no text")
        if key is not None:
            return cls(API_KEY, key)
        scheme, _, value = found.partition(" ")
        return cls(scheme.lower(), value.strip(" "))
