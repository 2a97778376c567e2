"""What can be set of pages of other origins."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from cordio_core import Duration

__all__ = ["CorsSettings"]


class CorsSettings(BaseModel, frozen=True, extra="forbid"):
    """The section ``http.cors``: no page of another origin may read an answer unless set.

    Parameters
    ----------
    origins : tuple of str
        Origins whose pages may: ``https://shop.example``; ``*`` for all.
    methods : tuple of str
        What they may ask by.
    headers : tuple of str
        The headers that they may send beside those that any page may.
    exposed : tuple of str
        The headers of answers that they may read beside those that any page may.
    credentials : bool
        Whether they may act as the user who is logged in; not for all origins.
    max_age : Duration
        How long a browser may remember this, in seconds.

    Examples
    --------
    >>> CorsSettings(origins=("https://shop.example",)).credentials
    False
    """

    origins: Annotated[tuple[str, ...], Field(description="Origins whose pages may read answers.")] = ()
    methods: Annotated[tuple[str, ...], Field(description="What they may ask by.")] = (
        *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
    )
    headers: Annotated[tuple[str, ...], Field(description="Headers that they may send.")] = (
        *("Authorization", "Content-Type", "Idempotency-Key", "X-API-Key"),
    )
    exposed: Annotated[tuple[str, ...], Field(description="Headers that they may read.")] = ()
    credentials: Annotated[bool, Field(description="Whether they may act as the user.")] = False
    max_age: Annotated[Duration, Field(description="How long a browser may remember it.")] = Duration("10m")

    @model_validator(mode="after")
    def _meant(self) -> Self:
        if self.credentials and "*" in self.origins:
            raise ValueError("credentials for all origins let any page act as the user: name the origins")
        for origin in self.origins:
            scheme, between, host = origin.partition("://")
            if origin != "*" and (not between or not host or "/" in host or not origin.isascii()):
                raise ValueError(f"{origin!r} is no origin: write 'https://shop.example', without a path")
        for text in (*self.methods, *self.headers, *self.exposed):
            if not text.isascii() or not text.isprintable() or " " in text or "," in text:
                raise ValueError(f"{text!r} is no name of a method or a header")
        return self
