"""Secrets that are known by their look, whatever stands before them."""

from __future__ import annotations

from re import DOTALL, IGNORECASE
from re import compile as pattern

__all__ = ["has_mark", "mask_looks"]

# Each repetition is possessive or bounded: a hostile text costs time in proportion to its length.
_URL = pattern(r"""(://[^\s:/?#@"']{0,256}+:)(?![0-9]{1,5}(?:[/?#]))[^\s]{0,1024}@""")
# Behind the word there may be a sentence about tokens in place of one.
_PROSE = (
    r"auth\w{0,20}|tokens?|schemes?|credentials?|headers?|formats?|realms?|required|missing|invalid|expired"
)
_BEARER = pattern(
    rf"\b(bearer(?:[ \t]|\\t)++)(?!(?:{_PROSE})(?:[\s,.;:=)\"']|$))[A-Za-z0-9._~+/=\-]{{6,}}+", IGNORECASE
)
_JWT = pattern(r"(?<![A-Za-z0-9_\-])eyJ[A-Za-z0-9_\-]++\.[A-Za-z0-9_\-]++(?:\.[A-Za-z0-9_\-]*+)?")
_PEM = pattern(r"(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----).*?(?:-----END|\Z)", DOTALL)
# As AWS, Google, GitHub, GitLab, Slack, Stripe, npm and PyPI mark what they issue.
_ISSUED = pattern(
    r"(?<![A-Za-z0-9])(?:A(?:KIA|SIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_\-]{35}|gh[oprsu]_[A-Za-z0-9]{20,}+"
    r"|github_pat_[A-Za-z0-9_]{20,}+|glpat-[A-Za-z0-9_\-]{20,}+|xox[a-z]-[A-Za-z0-9\-]{10,}+"
    r"|[rs]k_(?:live|test)_[A-Za-z0-9]{16,}+|sk-[A-Za-z0-9_\-]{32,}+|npm_[A-Za-z0-9]{36}"
    r"|pypi-[A-Za-z0-9_\-]{32,}+)"
)


def mask_looks(text: str, hidden: str) -> str:
    """Replace what is a secret by its look, card numbers excepted.

    Parameters
    ----------
    text : str
        Any text.
    hidden : str
        What stands in the place of a secret.

    Returns
    -------
    str
        The text without them.

    Examples
    --------
    >>> mask_looks("amqp://ann:hunter2@mq with Bearer abcdef123456", "***")
    'amqp://ann:***@mq with Bearer ***'
    """
    if "://" in text and "@" in text:
        text = _URL.sub(rf"\1{hidden}@", text)
    if "bearer" in text.lower():
        text = _BEARER.sub(rf"\1{hidden}", text)
    if "eyJ" in text:
        text = _JWT.sub(hidden, text)
    if "PRIVATE KEY" in text:
        text = _PEM.sub(rf"\1{hidden}", text)
    return _ISSUED.sub(hidden, text) if has_mark(text) else text


def has_mark(text: str) -> bool:
    """Tell, cheaply, whether there may be a token in a text with the mark of who issued it.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    bool
        Whether there may be one.

    Examples
    --------
    >>> has_mark("order 42"), has_mark("xoxb-123456789012-abcdef")
    (False, True)
    """
    return (
        "_" in text
        or "AKIA" in text
        or "ASIA" in text
        or "AIza" in text
        or ("-" in text and ("xox" in text or "sk-" in text or "pat-" in text or "pypi-" in text))
    )
