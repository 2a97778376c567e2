"""Secrets inside any text: found by the name before them, or by their look."""

from __future__ import annotations

from re import DOTALL, IGNORECASE, Match
from re import compile as pattern

from cordio_monitor._card import mask_cards
from cordio_monitor._secret_names import is_secret
from cordio_monitor._secret_rules import rules

__all__ = ["HIDDEN", "mask_text"]

HIDDEN = "***"
# A card number, a bearer token and a private key are not shorter.
_SHORTEST = 13

_TRIGGER = pattern(r"[=:,]|-----|[0-9]{4}|eyJ|[Bb][Ee][Aa][Rr][Ee][Rr]")
# Each repetition is possessive or bounded: a hostile text costs time in proportion to its length.
_SPACE = r"(?:\s|\\[nrt])*+"
_NAMED = pattern(
    r"(?<![\w.\-])([\w.\-]++)"
    rf"""(?:\\*+["']?\]?+{_SPACE}(?:=>|:=|!=|={{1,3}}|:(?!//)):?|\\*+["']{_SPACE},){_SPACE}"""
)
# A quote closes if it is escaped as the opening one was and something ends there; else the line is hidden.
_VALUE = pattern(
    r"""[bru]{0,2}(?:(?:"(?:[^"\\\n]++|\\++.)*+"|'(?:[^'\\\n]++|\\++.)*+'|(\\++["']).*?(?<!\\)\1)"""
    r"""(?=[\s,;:)}\]>&"'\\]|$)|\\*+["'][^\n]*+)""",
    IGNORECASE,
)
# Only what a secret name is followed by: a bracket, or the three quotes of a text of many lines.
_BLOCK = pattern(r"""[bru]{0,2}(\"{3}|'{3})""", IGNORECASE)
_OPENED = pattern(r"(?:[\w.]{1,64}+)?([\[({])")
_STEP = pattern(
    r"""(?<!\\)(?:"(?:[^"\\]++|\\.)*+"|'(?:[^'\\]++|\\.)*+'|(\\{1,7}+["']).*?(?<!\\)\1)|[\[({\])}]""", DOTALL
)
_CLOSING = {"[": "]", "(": ")", "{": "}"}
_BARE = pattern(r"(?:(?:bearer|basic|digest|token|negotiate)[ \t]++)?+[^\s&]++", IGNORECASE)
_LINE = pattern(r"[^\r\n]++")
_URL = pattern(r"""(://[^\s:/?#@"']{0,256}+:)(?![0-9]{1,5}(?:[/?#]))[^\s]{0,1024}@""")
_BEARER = pattern(r"\b(bearer(?:[ \t]|\\t)++)[A-Za-z0-9._~+/=\-]{6,}+", IGNORECASE)
_JWT = pattern(r"(?<![A-Za-z0-9_\-])eyJ[A-Za-z0-9_\-]++\.[A-Za-z0-9_\-]++(?:\.[A-Za-z0-9_\-]*+)?")
_PEM = pattern(r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----).*?(?:-----END|\Z)", DOTALL)
_WHOLE_LINE = ("authorization", "cookie")


def mask_text(text: str) -> str:
    """Return a text without the secrets in it.

    Parameters
    ----------
    text : str
        Any text, of any length.

    Returns
    -------
    str
        The text, each secret replaced by ``***``.

    Examples
    --------
    >>> mask_text("login failed: user=ann password=hunter2")
    'login failed: user=ann password=***'
    >>> mask_text("paid with 4111-1111-1111-1111")
    'paid with ***'
    """
    for look in rules.now.patterns:
        text = look.sub(HIDDEN, text)
    if len(text) < _SHORTEST:
        if text.isalnum() or not ("=" in text or ":" in text or "," in text or "eyJ" in text):
            return text
    elif not _TRIGGER.search(text):
        return text
    if "://" in text and "@" in text:
        text = _URL.sub(rf"\1{HIDDEN}@", text)
    text = _BEARER.sub(rf"\1{HIDDEN}", text)
    if "eyJ" in text:
        text = _JWT.sub(HIDDEN, text)
    if "PRIVATE KEY-----" in text:
        text = _PEM.sub(rf"\1{HIDDEN}", text)
    if "=" in text or ":" in text or "," in text:
        text = _mask_named(text)
    return mask_cards(text, HIDDEN)


def _mask_named(text: str) -> str:
    parts: list[str] = []
    done = 0
    for found in _NAMED.finditer(text):
        if found.start() < done or not is_secret(found[1]):
            continue
        stop = _end_of_value(text, found)
        if stop > found.end():
            parts += (text[done : found.end()], HIDDEN)
            done = stop
    return "".join((*parts, text[done:])) if parts else text


def _end_of_value(text: str, found: Match[str]) -> int:
    start = found.end()
    if (block := _BLOCK.match(text, start)) is not None:
        stop = text.find(block[1], block.end())
        return stop + len(block[1]) if stop >= 0 else len(text)
    opened = _OPENED.match(text, start)
    bracket = _end_of_bracket(text, opened.start(1)) if opened is not None else start
    value = _VALUE.match(text, start)
    if value is None:
        bare = _LINE if found[1].lower().endswith(_WHOLE_LINE) else _BARE
        value = bare.match(text, start)
    return max(bracket, value.end() if value is not None else start)


def _end_of_bracket(text: str, start: int) -> int:
    """Return where the bracket that opens at `start` closes; the end of the text where none fits."""
    awaited: list[str] = []
    for step in _STEP.finditer(text, start):
        sign = step[0]
        if sign in _CLOSING:
            awaited.append(_CLOSING[sign])
        elif len(sign) == 1:
            if sign != awaited.pop():
                break
            if not awaited:
                return step.end()
    return len(text)
