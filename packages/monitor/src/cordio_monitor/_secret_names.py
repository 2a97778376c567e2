"""Which names stand for secrets."""

from __future__ import annotations

from collections.abc import Iterator
from re import compile as pattern

from cordio_monitor._secret_rules import rules

__all__ = ["forget", "is_secret", "plain"]

_WORD = pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\dA-Za-z_]+|[0-9]+")

_WORDS = frozenset(
    "accesskey accountkey apikey authkey authorization bearer cardnumber connectionstring cookie cookies "
    "creditcard credential credentials csrf cvc cvv dsn encryptionkey jwt passcode passphrase passwd password "
    "passwords privatekey pwd secret secretkey secrets sessionid sessionkey signingkey token tokens "
    "xsrf".split()
)
# What is written in one word: `userpassword`, `passwordhash`, `accesstoken`.
_PARTS = ("password", "passwd", "passphrase", "apikey", "secretkey", "privatekey", "accesskey")
_ENDS = (
    *("accountkey", "authkey", "authorization", "cardnumber", "connectionstring", "cookie", "cookies"),
    *("creditcard", "credential", "credentials", "csrf", "cvc", "cvv", "dsn", "encryptionkey", "jwt"),
    *("passcode", "pwd", "secret", "secrets", "sessid", "sessionid", "sessionkey", "signingkey", "token"),
    *("tokens", "xsrf"),
)
# Secrets where a name ends with them: `db_pass` and `x-amz-signature`, and not `pass_rate`.
_LAST = frozenset("otp pass pw sig signature".split())
# What is written in one word with them, since other words end and begin so: `compass`, `tokenizer`.
_BEFORE = "admin|api|app|client|db|mail|master|my|new|old|root|smtp|sudo|user"
_BEHIND = "backup|enc|encrypted|file|hash|id|new|old|plain|raw|salt|text|val|value"
_GLUED = pattern(rf"(?:{_BEFORE})+(?:{'|'.join(sorted(_LAST))})|.*(?:{'|'.join(_ENDS)})(?:{_BEHIND})+")
# Secrets where they are the whole name, as in the clients of HTTP.
_WHOLE = frozenset(("auth",))

_DIGITS = "0123456789"
_LONGEST = 64
_MOST_WORDS = 6
_MOST = 4096
_known: dict[str, bool] = {}


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
    known = _known
    decided = known.get(name)
    if decided is None:
        # What is longer is no name: only its ends count, and nothing long is remembered.
        if len(name) > 2 * _LONGEST:
            return _decide(f"{name[:_LONGEST]} {name[-_LONGEST:]}")
        decided = _decide(name)
        if len(known) >= _MOST:
            known.clear()
        known[name] = decided
    return decided


def _decide(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    joined = "".join(words)
    if joined in rules.now.shown:
        return False
    if rules.now.names and any(part in rules.now.names for part in _parts(words)):
        return True
    neighbours = (first + second for first, second in zip(words, words[1:], strict=False))
    return (
        not _WORDS.isdisjoint(words)
        or not _WORDS.isdisjoint(neighbours)
        or joined.rstrip(_DIGITS).endswith(_ENDS)
        or joined in _WHOLE
        or _last(words) in _LAST
        or any(part in joined for part in _PARTS)
        or any(map(_GLUED.fullmatch, words))
    )


def plain(name: str) -> str:
    """Write a name in small letters and without separators.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    str
        Its words, joined.

    Examples
    --------
    >>> plain("customer-IBAN")
    'customeriban'
    """
    return "".join(_WORD.findall(name)).lower()


def forget() -> None:
    """Forget the decisions, since the rules have changed."""
    global _known
    # What is being decided by the old rules is remembered where nobody looks any more.
    _known = {}


def _last(words: list[str]) -> str:
    return next((word for word in reversed(words) if not word.isdecimal()), "")


def _parts(words: list[str]) -> Iterator[str]:
    for first in range(len(words)):
        for last in range(first, min(len(words), first + _MOST_WORDS)):
            yield "".join(words[first : last + 1])
