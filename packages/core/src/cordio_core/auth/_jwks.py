"""A set of keys, and what of it signatures are checked with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey, import_key

from cordio_core.auth._exceptions import AuthError
from cordio_core.auth._settings import SYMMETRIC

__all__ = ["Jwks"]

_CURE = "write a JWK Set (RFC 7517, section 5) with keys for auth.algorithms"
# Private parts are left behind: nothing is signed here.
_KEPT = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x"), "oct": ("k",)}
_CURVES = {
    "ES256": ("P-256",),
    "ES384": ("P-384",),
    "ES512": ("P-521",),
    "Ed25519": ("Ed25519",),
    "Ed448": ("Ed448",),
    "EdDSA": ("Ed25519", "Ed448"),
}
_SHORTEST, _LONGEST = 2048, 16384  # bits of RSA: RFC 7518, section 3.3; what OpenSSL takes


class Jwks:
    """The keys of a set that fit the algorithms in use; others are left out (RFC 7517, section 5).

    Parameters
    ----------
    where : str
        Where the set comes from.
    content : bytes
        The set, in JSON.
    algorithms : iterable of str
        The algorithms in use.
    most : int
        The most keys in it.

    Raises
    ------
    AuthError
        If it is no set of keys, or none of them fits.
    """

    def __init__(self, where: str, content: bytes, algorithms: Iterable[str], most: int) -> None:
        entries = _entries(where, content, most)
        found = [usable for entry in entries for usable in _usable(entry)]
        self._keys: dict[tuple[object, str], list[Key]] = {}
        self._nameless: dict[str, list[Key]] = {}
        for algorithm in algorithms:
            for entry, key in found:
                if entry.get("alg") in (None, algorithm) and _fits(key, algorithm):
                    self._keys.setdefault((entry.get("kid"), algorithm), []).append(key)
                    self._nameless.setdefault(algorithm, []).append(key)
        if not self._keys:
            raise AuthError(where, f"none of its {len(entries)} keys can be used", _CURE)

    def fitting(self, kid: object, algorithm: str) -> list[Key]:
        """Return the keys that may have signed: those of that name, or the only one for the algorithm.

        Parameters
        ----------
        kid : object
            The name of the key, as the token gives it; None if it gives none.
        algorithm : str
            The algorithm of the signature.

        Returns
        -------
        list of Key
            Empty if there is none, or no telling which.
        """
        if kid is not None:
            return self._keys.get((kid, algorithm), [])
        alone = self._nameless.get(algorithm, [])
        return alone if len(alone) == 1 else []


def _entries(where: str, content: bytes, most: int) -> list[object]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise AuthError(where, "it is no JSON", _CURE) from None
    entries = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(entries, list):
        raise AuthError(where, "it has no list 'keys'", _CURE)
    if len(entries) > most:
        raise AuthError(where, f"it has {len(entries)} keys", f"auth.keys_limit allows {most}")
    return entries


def _usable(entry: object) -> Iterator[tuple[dict[str, object], Key]]:
    """Yield an entry with its key, if it is one for signatures."""
    if not isinstance(entry, dict) or not _is_for_signatures(entry):
        return
    kept = _KEPT.get(str(entry.get("kty")), ())
    try:
        key = import_key({name: entry[name] for name in ("kty", *kept)})
    except Exception:  # whatever is wrong with a stranger's key, the others go on
        return
    yield entry, key


def _is_for_signatures(entry: Mapping[str, object]) -> bool:
    operations = entry.get("key_ops", ["verify"])
    kid = entry.get("kid")
    return (
        entry.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and (kid is None or isinstance(kid, str))
    )


def _fits(key: Key, algorithm: str) -> bool:
    if isinstance(key, OctKey):
        return len(key.raw_value) >= SYMMETRIC.get(algorithm, _LONGEST)
    if isinstance(key, RSAKey):
        return algorithm[:2] in ("RS", "PS") and _SHORTEST <= key.raw_value.key_size <= _LONGEST
    return isinstance(key, ECKey | OKPKey) and key.curve_name in _CURVES.get(algorithm, ())
