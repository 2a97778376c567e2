"""Problem documents (RFC 9457), written as far as no occurrence changes them when the catalogue is read."""

from __future__ import annotations

from _json import encode_basestring as quoted  # what `json` is built on, which takes 2 ms more to import
from collections.abc import Mapping
from typing import NamedTuple

from cordio_errors._page import Page, Voice
from cordio_errors._text import Text

__all__ = ["Problem", "bodiless", "problems", "quoted"]


class Problem(NamedTuple):
    """The document of one code in one language.

    Parameters
    ----------
    status : int
        The status of HTTP.
    headers : mapping of str to str
        The headers that the renderer sets.
    head : str
        The JSON up to the id of the incident.
    tail : str
        The JSON after it, up to the detail.
    detail : Text or None
        The detail, if it has fields; else it is in the tail.
    """

    status: int
    headers: Mapping[str, str]
    head: str
    tail: str
    detail: Text | None


def bodiless(status: int) -> bool:
    """Tell whether an answer with a status has no content (RFC 9110, 6.4.1 and 15.3.6).

    Parameters
    ----------
    status : int
        The status of HTTP.

    Returns
    -------
    bool
        True for 204, 205 and 304.

    Examples
    --------
    >>> bodiless(204), bodiless(409)
    (True, False)
    """
    return status in (204, 205, 304)


def problems(code: str, page: Page) -> dict[str, Problem]:
    """Write the documents of a code.

    Parameters
    ----------
    code : str
        The code.
    page : Page
        What is told for it.

    Returns
    -------
    dict of str to Problem
        By language, the default first; none for a status without content.

    Examples
    --------
    >>> problem = problems("gone", Page(410, {"": Voice("Gone")}))[""]
    >>> problem.head
    '{"type":"urn:problem-type:gone","title":"Gone","status":410,"instance":"urn:uuid:'
    >>> problem.tail
    '","code":"gone"'
    """
    if bodiless(page.status):
        return {}
    return {language: _problem(code, page, language, voice) for language, voice in page.voices.items()}


def _problem(code: str, page: Page, language: str, voice: Voice) -> Problem:
    headers = {"content-type": "application/problem+json"}
    if language:
        headers["content-language"] = language
    if len(page.voices) > 1:
        headers["vary"] = "accept-language"  # RFC 9110, 12.5.5
    kind, title = quoted(page.type or f"urn:problem-type:{code}"), quoted(voice.title)
    head = f'{{"type":{kind},"title":{title},"status":{page.status},"instance":"urn:uuid:'
    tail = f'","code":{quoted(code)}'
    detail = voice.detail
    if detail is not None:
        tail += ',"detail":'
    if detail is not None and not detail.names:
        tail, detail = tail + quoted(detail.fill({})), None
    return Problem(page.status, headers, head, tail, detail)
