"""Which names stand for secrets."""

from __future__ import annotations

from functools import lru_cache
from re import compile as pattern

__all__ = ["is_secret"]

_WORD = pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\dA-Za-z_]+|[0-9]+")

_WORDS = frozenset(
    "accesskey apikey authkey authorization bearer cardnumber connectionstring cookie cookies creditcard "
    "credential credentials csrf cvc cvv dsn encryptionkey jwt passcode passphrase passwd password passwords "
    "privatekey pwd secret secretkey secrets sessionid sessionkey signingkey token tokens xsrf".split()
)
# What is written in one word: `userpassword`, `passwordhash`, `accesstoken`.
_PARTS = ("password", "passwd", "passphrase", "apikey", "secretkey", "privatekey", "accesskey")
_ENDS = ("secret", "token", "cookie")


_LONGEST = 64


def is_secret(name: str) -> bool:
    """Tell whether what stands under a name is a secret; the decision is remembered.

    Parameters
    ----------
    name : str
        The name of a field, an option, a header, a key.

    Returns
    -------
    bool
        Whether it has to be masked.

    Examples
    --------
    >>> [is_secret(name) for name in ("X-Api-Key", "dbPassword", "tokenizer", "secretary")]
    [True, True, False, False]
    """
    # What is longer is no name: only its ends count, and nothing long is remembered.
    return _decide(name if len(name) <= 2 * _LONGEST else f"{name[:_LONGEST]} {name[-_LONGEST:]}")


@lru_cache(maxsize=4096)
def _decide(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    joined = "".join(words)
    neighbours = (first + second for first, second in zip(words, words[1:], strict=False))
    return (
        not _WORDS.isdisjoint(words)
        or not _WORDS.isdisjoint(neighbours)
        or joined.endswith(_ENDS)
        or any(part in joined for part in _PARTS)
    )
