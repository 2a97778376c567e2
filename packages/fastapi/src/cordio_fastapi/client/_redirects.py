"""Where a redirect leads, and what may go along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote, urljoin, urlsplit

from cordio_fastapi.client._address import fault, is_allowed, origin
from cordio_fastapi.client._answer import Answer
from cordio_fastapi.client._call import Call
from cordio_fastapi.client._exceptions import RedirectRefused

__all__ = ["redirected"]

_STATUSES = frozenset({301, 302, 303, 307, 308})
# What another host may see: no other header is known to hold no credentials.
_HARMLESS = frozenset({"accept", "accept-language", "user-agent"})


def redirected(call: Call, answer: Answer, left: int, hosts: Sequence[str]) -> Call | None:
    """Return the request that an answer leads to (RFC 9110, section 15.4).

    Parameters
    ----------
    call : Call
        The request that was answered.
    answer : Answer
        The answer.
    left : int
        How many redirects may be followed still.
    hosts : sequence of str
        The hosts that may be called.

    Returns
    -------
    Call or None
        The next request, without credentials if it goes to another host; None if the answer is no redirect.

    Raises
    ------
    RedirectRefused
        If it is not followed.
    """
    location = answer.headers.get("location")
    if answer.status not in _STATUSES or location is None:
        return None
    if left < 1:
        raise RedirectRefused(call.where, "there were too many redirects")
    url = _target(call, location)
    following = _following(call, answer.status, url)
    there = origin(url)
    if there == call.origin:
        return following
    if not is_allowed(url, hosts):
        raise RedirectRefused(call.where, f"redirects to {there}, which http_client.hosts does not name")
    if following.body is not None:
        raise RedirectRefused(call.where, f"redirects what was sent to {there}: send it there yourself")
    kept = {name: value for name, value in call.headers.items() if name in _HARMLESS}
    return replace(following, headers=kept, origin=there)


def _target(call: Call, location: str) -> str:
    url = urljoin(call.url, quote(location, safe="/:?#[]@!$&'()*+,;=-._~%")).partition("#")[0]
    if (found := fault(url)) is not None:
        raise RedirectRefused(call.where, f"redirects to an address that is not called: {found}")
    if urlsplit(call.url).scheme == "https" and urlsplit(url).scheme != "https":
        raise RedirectRefused(call.where, f"redirects from https to {origin(url)}")
    return url


def _following(call: Call, status: int, url: str) -> Call:
    """Keep the method, but for what is to be fetched by GET afterwards."""
    fetched = status == 303 and call.method != "HEAD" or status in (301, 302) and call.method == "POST"
    if not fetched:
        return replace(call, url=url)
    headers = {name: value for name, value in call.headers.items() if not name.startswith("content-")}
    return replace(call, url=url, method="GET", headers=headers, body=None)
