"""What can be set of the diagnostic paths."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from cordio_core import Duration

__all__ = ["DiagnosticsSettings"]

_PATH = r"^(|(/[A-Za-z0-9_.~\-]+)+)$"
_RIGHT = r"^[\x21\x23-\x5B\x5D-\x7E]+$"  # scope-token of RFC 6749, section 3.3


class DiagnosticsSettings(BaseModel, frozen=True, extra="forbid"):
    """The part ``diagnostics`` of the section ``http``.

    Parameters
    ----------
    on : bool
        Whether there are diagnostic paths at all.
    healthcheck : str
        The path of the health check; ``/live`` and ``/ready`` below it are part of it. As with the others,
        an empty one switches it off.
    state : str
        The path of the state.
    config : str
        The path of the configuration in force.
    metrics : str
        The path of the metrics.
    host : str
        The management address, where state and configuration are told to whoever reaches it.
    port : int or None
        Its port; 0 takes any free one. Unless set there is no listener for management, and state and
        configuration are told to this machine alone.
    local : bool
        Whether they are told, on the application's own address, to who asks from this machine and not
        through a proxy; only without a port for management.
    right : str or None
        The right with which any caller may ask for them; nobody may unless set.
    limit : Duration
        How long the services may take to tell how they are, in seconds.
    cache : Duration
        How long their answer is kept, in seconds.

    Examples
    --------
    >>> DiagnosticsSettings(state="/-/state", metrics="", limit="2s").limit
    2.0
    """

    on: Annotated[bool, Field(description="Whether there are diagnostic paths.")] = True
    healthcheck: Annotated[str, Field(pattern=_PATH, description="The path; off if empty.")] = "/healthcheck"
    state: Annotated[str, Field(pattern=_PATH, description="The path; off if empty.")] = "/state"
    config: Annotated[str, Field(pattern=_PATH, description="The path; off if empty.")] = "/config"
    metrics: Annotated[str, Field(pattern=_PATH, description="The path; off if empty.")] = "/metrics"
    host: Annotated[str, Field(min_length=1, description="The management address.")] = "127.0.0.1"
    port: Annotated[
        int | None, Field(ge=0, le=65535, description="The port for management; 0 takes any free one.")
    ] = None
    local: Annotated[bool, Field(description="Whether this machine may ask for state and config.")] = True
    right: Annotated[
        str | None, Field(pattern=_RIGHT, description="The right with which anybody may ask for them.")
    ] = None
    limit: Annotated[Duration, Field(description="How long services may take to tell how they are.")] = (
        Duration("5s")
    )
    cache: Annotated[Duration, Field(description="How long their answer is kept.")] = Duration("1s")

    @model_validator(mode="after")
    def _differ(self) -> Self:
        check = self.healthcheck
        paths = [check, *([f"{check}/live", f"{check}/ready"] if check else [])]
        paths += [self.state, self.config, self.metrics]
        taken = [path for path in paths if path]
        double = sorted({path for path in taken if taken.count(path) > 1})
        if double:
            raise ValueError(f"{', '.join(double)} is the path of two of them: give each its own")
        return self
