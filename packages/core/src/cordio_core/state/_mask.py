"""Secrets become ``***``: by the names that they stand under, by their types, by their look."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["MASK", "is_secret", "masked", "masked_text"]

MASK = "***"
_DEPTH, _MOST, _LONGEST, _READ = 12, 1000, 2000, 8000
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRET = frozenset(
    "authorization bearer cookie credential credentials jwt passcode passphrase passwd password passwords pin "
    "pwd secret secrets token tokens".split()
)
_KEYED = frozenset("access account api client encryption master private secret session shared signing".split())
_RUN_TOGETHER = frozenset("accesskey apikey authtoken passkey privatekey secretkey userpassword".split())
_NAME = (
    r"[\w.\-]*(?:passw(?:or)?d|passphrase|passcode|pwd|secret|token|credential|authorization|cookie"
    r"|(?:api|access|private|account|shared|signing)[_\-]?key)[\w.\-]*"
)
_KEY_BEGINS, _KEY_ENDS = r"-----BEGIN [A-Z ]*PRIVATE KEY-----", r"-----END [A-Z ]*PRIVATE KEY-----"
_LOOKS = (
    (re.compile(r"(://[^\s/:@]*)(?::\S*)?@"), None),
    (re.compile(r"\b((?:authorization|cookie)[\"']?\s*[=:]\s*)[^\r\n]+", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"\b((?:bearer|basic|digest)\s+)[\w.~+/=\-]{6,}", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(rf"(\b{_NAME}[\"']?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|\S+)", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"\beyJ[\w\-]+\.[\w\-]+(?:\.[\w\-]*)?"), MASK),
    (re.compile(rf"{_KEY_BEGINS}.*?(?:{_KEY_ENDS}|\Z)", re.DOTALL), MASK),
)


def is_secret(name: str) -> bool:
    """Tell whether what stands under a name is a secret.

    Parameters
    ----------
    name : str
        The name, in whatever case; of a dotted one each part counts.

    Returns
    -------
    bool
        Whether it is.

    Examples
    --------
    >>> is_secret("pg.password"), is_secret("apiKey"), is_secret("tokenizer"), is_secret("routing_key")
    (True, True, False, False)
    """
    words = [word.lower() for word in _WORD.findall(name)]
    pairs = zip(words, words[1:], strict=False)
    return (
        not _SECRET.isdisjoint(words)
        or not _RUN_TOGETHER.isdisjoint(words)
        or any(first in _KEYED and second in ("key", "keys") for first, second in pairs)
    )


def masked_text(text: str) -> str:
    """Return a text without the secrets that can be seen in it, and not longer than a screen.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    str
        The text, with ``***`` in place of each secret.

    Examples
    --------
    >>> masked_text("postgresql://ann:hunter2@db/orders")
    'postgresql://ann:***@db/orders'
    >>> masked_text("host=db password='hunter 2'")
    'host=db password=***'
    """
    if len(text) > _READ:
        text = " ".join(text[:_READ].rsplit(None, 1)[:-1]) or MASK  # what is cut in two has no look
    for look, instead in _LOOKS:
        text = look.sub(_login if instead is None else instead, text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def masked(value: object, name: str = "", depth: int = 0) -> object:
    """Return plain data without the secrets in them.

    Parameters
    ----------
    value : object
        Any value.
    name : str
        What it stands under.
    depth : int
        How deep in the whole it is.

    Returns
    -------
    object
        Numbers, text, lists and dicts, as JSON has them; ``***`` in place of each secret, and of what is too
        deep, too much or cannot be looked at.

    Examples
    --------
    >>> masked({"hosts": ["amqp://me:it@mq"], "login": {"user": "me", "password": "it"}})
    {'hosts': ['amqp://me:***@mq'], 'login': {'user': 'me', 'password': '***'}}
    """
    if value is None or isinstance(value, bool):
        return value
    if depth > _DEPTH or is_secret(name) or hasattr(value, "get_secret_value"):
        return MASK
    try:
        return _walked(value, depth + 1)
    except Exception:  # its own code is in the way: nobody knows what it holds
        return MASK


def _walked(value: object, depth: int) -> object:
    fields = _fields(value)
    if fields is not None:
        found = list(fields.items())[:_MOST]
        return {masked_text(str(key)): masked(each, str(key), depth) for key, each in found}
    if isinstance(value, int | float):
        return value + 0 if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(each, "", depth) for each in list(value)[:_MOST]]
    return MASK if isinstance(value, bytes | bytearray | memoryview) else masked_text(str(value))


def _fields(value: object) -> Mapping[object, object] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, type):
        return None
    names = getattr(value, "__dataclass_fields__", None) or getattr(type(value), "model_fields", None)
    return {name: getattr(value, name) for name in names} if isinstance(names, Mapping) else None


def _login(match: re.Match[str]) -> str:
    """Hide the password of an address, or all of a login that has none: it may be a token."""
    user = match[1] if match[0].count(":") > 1 else "://"
    return f"{user}:{MASK}@" if user != "://" else f"://{MASK}@"
