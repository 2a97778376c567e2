"""How a service is to live: what may be said where it is registered."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from cordio_di._repeating import Repeating
    from cordio_di._service import Lifetime

__all__ = ["Options"]


class Options(TypedDict, total=False):
    """The options of `Container.service`, which explains them; all may be left out."""

    name: str | None
    scope: Lifetime
    start_within: str | float | None
    stop_within: str | float | None
    idle: str | float | None
    retry: Repeating | None
    cool_down: str | float | None
    health_within: str | float | None
    optional: bool
