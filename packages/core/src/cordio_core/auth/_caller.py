"""Who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

__all__ = ["Caller", "Kind"]

Kind = Literal["token", "key", "certificate", "password", "internal"]
_NO_CLAIMS: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what it may; nothing of what proved it is kept.

    Parameters
    ----------
    name : str
        The subject of the token, the name of the key, the certificate or the user in the settings, or the
        kind of an event that the application gives itself.
    rights : frozenset of str
        What it may: ``orders:write``.
    kind : str
        What proved it: ``token``, ``key``, ``certificate``, ``password``, or ``internal`` for the application
        itself.
    claims : mapping of str to object
        What the token says (RFC 7519, section 4), read only; empty for the others. Not in the text of a
        caller, since there may be personal data in it.

    Examples
    --------
    >>> caller = Caller("ann", frozenset({"orders:read"}), "token", {"email": "ann@example.org"})
    >>> caller
    Caller(name='ann', rights=frozenset({'orders:read'}), kind='token')
    >>> caller.may("orders:read"), caller.may("orders:read", "orders:write")
    (True, False)
    """

    name: str
    rights: frozenset[str]
    kind: Kind
    claims: Mapping[str, object] = field(default_factory=lambda: _NO_CLAIMS, repr=False, compare=False)

    def may(self, *rights: str) -> bool:
        """Tell whether it has all of some rights.

        Parameters
        ----------
        *rights : str
            What is asked for.

        Returns
        -------
        bool
            Whether none is missing.
        """
        return self.rights.issuperset(rights)
