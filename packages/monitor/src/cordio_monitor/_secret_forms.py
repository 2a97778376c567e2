"""Forms in which a secret stands beside its name in a text."""

from __future__ import annotations

from collections.abc import Callable
from re import DOTALL, IGNORECASE, Match, Pattern
from re import compile as pattern
from typing import TypeAlias

from cordio_monitor._secret_names import is_secret
from cordio_monitor._secret_sql import mask_rows
from cordio_monitor._secret_values import SPACE, end_of_value

__all__ = ["mask_forms"]

# A text in a list or a call stands behind its name, and not the next name of a mapping.
_NO_KEY = rf"""(?!{SPACE}\\*+["'][\w.\- ]{{0,64}}+\\*+["']{SPACE}:)"""
_NAMED = pattern(
    r"(?:(?<![\w.\-])|(?<=\\[nrt]))([\w.\-]++)"
    rf"""(?:\\*+["']?\]?+{SPACE}(?:=>|:=|!=|={{1,3}}|:(?!//)):?|\\*+["']{SPACE},{_NO_KEY}|\)=(?=\()){SPACE}"""
)
# Behind a sign as well, if there are texts: `x=user, password = 'ann', 'hunter2'`.
_TARGETS = pattern(
    r"""(?<![A-Za-z_.*\-])(?:(?<!=)|(?<==)(?=[^=\n]*+[ \t]=[ \t]*+["']))"""
    r"((?:[*A-Za-z_][\w.]*+[ \t]*+,[ \t]*+){1,16}+[*A-Za-z_][\w.]*+)"
    r"[)\]]?[ \t]*+=(?![=>])[ \t]*+"
)
_FURTHER = pattern(rf"{SPACE},{SPACE}(?![\w.\-]++[)\]]*+{SPACE}[=:])")
# A word of a sentence is no value.
_SENTENCE = "(?:an?|and|as|by|cannot|flag|for|from|if|in|is|it|must|needs|not|on|option|or|the|to|was|with)"
_OPTION = pattern(rf"-(?<![\w\-]-)-?([A-Za-z][\w.\-]*+)[ \t]++(?!{_SENTENCE}(?:\s|$))(?=[^\s\-=:|\])])")
_ENCODED = pattern(
    r"(?:(?<=%[0-9A-F]{2})|(?<=25[0-9A-F]{2})|(?<![\w.\-%]))([A-Z_][\w.\-]*+)(?:%(?:25)*+(?:2[027]|5D))*+"
    r"%(?:25)*+3[AD](?:%(?:25)*+2[027])*+",
    IGNORECASE,
)
_ENCODED_VALUE = pattern(r"""(?:%(?!(?:25)*+(?:26|3B|0A))|[^\s&%"'<>\\])*+""", IGNORECASE)
# What tells the name and what tells the value, in an item of a list or in attributes.
_IS = rf"{SPACE}[:=]{SPACE}"
_QUOTE = r"""\\*+["']"""
_WORD = "(?:name|key|header|field|option|param|parameter|variable)"
_LABEL = rf"{_WORD}{_QUOTE}?{_IS}{_QUOTE}?([\w.\-]++){_QUOTE}?"
_CONTENT = r"(?:value|val|content)"
_PLAIN = (
    r"""(?:"(?:[^"\\\n]|\\.){0,256}+"|'(?:[^'\\\n]|\\.){0,256}+'"""
    r"""|\\++["'][^"'\\]{0,256}+\\++["']|[\w.\-]++)"""
)
_BETWEEN = rf"(?:{_QUOTE}?(?!(?:{_CONTENT}|{_WORD})\b)[\w\-]++{_QUOTE}?{_IS}{_PLAIN}{SPACE},?{SPACE}){{0,8}}+"
_LABELLED = pattern(
    rf"(?<![\w\-]){_LABEL}(?:{SPACE},?{SPACE}{_BETWEEN}{_QUOTE}?{_CONTENT}{_QUOTE}?{_IS}"
    rf"|{SPACE}{_BETWEEN}>(?=[^<]{{0,4096}}+</))",
    IGNORECASE,
)
_LABELLED_BEHIND = pattern(
    rf"(?<![\w\-]){_CONTENT}{_QUOTE}?{_IS}(?={_PLAIN}{SPACE},?{SPACE}{_BETWEEN}{_QUOTE}?{_LABEL})", IGNORECASE
)
_UNTIL_TAG = pattern(r"[^<]*+")
_ELEMENT = pattern(r"(?:<|&lt;)((?:[\w.\-]++:)?[\w.\-]++)(?:\s[^<>&]*+)?+(?:>|&gt;)")
_CLOSING = pattern(r"(?:<|&lt;)/((?:[\w.\-]++:)?[\w.\-]++)")
# As SQL says it, and as errors do: an unexpected token in quotes is none.
_SAID = pattern(
    r"(?<![\w.\-])((?:password|passwd|passphrase|identified[ \t]++by)[ \t]++)'(?:[^'\\]|\\.|'')*+'?+",
    IGNORECASE | DOTALL,
)
# So that a hostile text costs time in proportion to its length.
_MOST_INNER = 64
_LONGEST_NAME = 128
_UNTIL_SPACE = pattern(r"[^\s<]*+")
# Where a secret begins and ends.
_Span: TypeAlias = tuple[int, int]


def mask_forms(text: str, hidden: str) -> str:
    """Replace the secrets that stand beside their names.

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
    >>> mask_forms("user, password = 'ann', 'hunter2'", "***")
    'user, password = ***'
    >>> mask_forms("<password>hunter2</password>", "***")
    '<password>***</password>'
    """
    if "'" in text:
        text = _SAID.sub(rf"\g<1>{hidden}", text)
    if "alue" in text or "ALUE" in text:
        text = mask_rows(text, hidden)
    # Each form is looked for in the same text: a value that one hides may end in the name of another.
    found: list[_Span] = []
    if "<" in text or "&lt;" in text:
        found += _found(text, _ELEMENT, _Elements(text).end)
    if "%" in text:
        found += _found(text, _ENCODED, _end_of_encoded)
    if "-" in text:
        found += _found(text, _OPTION, _end_of_named)
    if "=" in text or ":" in text or "," in text:
        if "val" in text.lower() or "content" in text.lower() or ">" in text:
            found += _found(text, _LABELLED, _end_of_labelled)
            found += _found(text, _LABELLED_BEHIND, _end_of_named)
        if "," in text and "=" in text:
            found += _found(text, _TARGETS, _end_of_targets)
        found += _found(text, _NAMED, _end_of_named)
    return _without(text, found, hidden) if found else text


def _found(text: str, look: Pattern[str], end: Callable[[str, Match[str]], int]) -> list[_Span]:
    """Return where the secrets stand that have one form, in their order."""
    spans: list[_Span] = []
    done = inner = 0
    for found in look.finditer(text):
        if (found.end() < done and inner >= _MOST_INNER) or not _names_secret(text, found):
            continue
        stop = _beyond(text, found.end(), end(text, found))
        # What begins inside of a value may end behind it: `token=x,password="a b"`.
        inner = inner + 1 if found.start() < done else 0
        if stop > max(done, found.end()):
            spans.append((found.end() if found.start() >= done else done, stop))
            done = stop
    return spans


def _without(text: str, spans: list[_Span], hidden: str) -> str:
    """Hide what stands in any of the spans, once where they overlap or touch."""
    parts: list[str] = []
    done = -1
    for start, stop in sorted(spans):
        if start > done:
            parts += (text[max(done, 0) : start], hidden)
        done = max(done, stop)
    return "".join((*parts, text[max(done, 0) :]))


def _beyond(text: str, start: int, stop: int) -> int:
    """Return where a value ends, with what the name of another secret at its end stands for: `1)token = x`."""
    for found in _NAMED.finditer(text, max(start, stop - _LONGEST_NAME), stop + _LONGEST_NAME):
        if found.start() >= stop:
            break
        if _names_secret(text, found):
            stop = max(stop, _end_of_named(text, found))
    return stop


def _names_secret(text: str, found: Match[str]) -> bool:
    names, start = found[1], found.start(1)
    if is_secret(names) or ("," in names and any(map(is_secret, names.split(",")))):
        return True
    # An escaped new line is no part of the name behind it.
    return text[start - 1 : start] == "\\" and is_secret(names[1:])


def _end_of_named(text: str, found: Match[str]) -> int:
    quoted = text[found.end(1) : found.end(1) + 1] in ('"', "'", "\\")
    return end_of_value(text, found[1], found.end(), quoted=quoted)


def _end_of_targets(text: str, found: Match[str]) -> int:
    """Return where as many values end as there are names before them."""
    stop = end_of_value(text, "", found.end())
    for _ in range(found[1].count(",")):
        further = _FURTHER.match(text, stop)
        if further is None:
            break
        stop = end_of_value(text, "", further.end())
    return stop


def _end_of_encoded(text: str, found: Match[str]) -> int:
    value = _ENCODED_VALUE.match(text, found.end())
    return value.end() if value is not None else found.end()


def _end_of_labelled(text: str, found: Match[str]) -> int:
    if not found[0].endswith(">"):
        return end_of_value(text, found[1], found.end(), quoted=True)
    tag = _UNTIL_TAG.match(text, found.end())
    return tag.end() if tag is not None else found.end()


class _Elements:
    """Where the elements of XML in a text end."""

    __slots__ = ("_last",)

    def __init__(self, text: str) -> None:
        self._last = {found[1]: found.start() for found in _CLOSING.finditer(text)}

    def end(self, text: str, found: Match[str]) -> int:
        """Return where the content of an element ends; of one that never closes, where its first word does."""
        if self._last.get(found[1], -1) < found.end():
            word = _UNTIL_SPACE.match(text, found.end())
            return word.end() if word is not None else found.end()
        closing = next(end for end in _CLOSING.finditer(text, found.end()) if end[1] == found[1])
        return closing.start()
