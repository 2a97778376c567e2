"""Makes the diagnostic paths that the settings switch on and the application has not itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import ip_address

from starlette.requests import Request
from starlette.routing import BaseRoute, Mount

from cordio_core.protocols import Runtime
from cordio_fastapi.diagnostics._diagnostics import Diagnostics, Page
from cordio_fastapi.diagnostics._gate import Gate, Refusal, is_local, names_a_machine
from cordio_fastapi.diagnostics._healths import Checks, Healths
from cordio_fastapi.diagnostics._levels import Levels
from cordio_fastapi.diagnostics._metrics import Metrics
from cordio_fastapi.diagnostics._pausing import PATH, Pausing
from cordio_fastapi.diagnostics._probes import Probes
from cordio_fastapi.diagnostics._settings import DiagnosticsSettings
from cordio_fastapi.diagnostics._state import StatePage

__all__ = ["beside", "managing"]


def beside(
    runtime: Runtime,
    settings: DiagnosticsSettings,
    token: str,
    checks: Callable[[], Checks],
    routes: Iterable[BaseRoute],
    known: Refusal | None,
) -> Diagnostics | None:
    """Make those that stand beside the application's own paths, on its address.

    Parameters
    ----------
    runtime : Runtime
        The started application.
    settings : DiagnosticsSettings
        What is switched on, and for whom.
    token : str
        What a change of a level has to bring along.
    checks : callable
        Returns what has to be asked besides the services to know how the application is.
    routes : iterable of BaseRoute
        The routes of the application: one at a diagnostic path takes its place.
    known : callable or None
        Refuses callers without the right; None if nobody can have it.

    Returns
    -------
    Diagnostics or None
        The paths; None if they are switched off.
    """
    if not settings.on:
        return None
    own = tuple(routes)
    pages = [page for page in _pages(runtime, settings, token, checks) if not _has(own, page)]
    trusts_machine = settings.local and settings.port is None
    return Diagnostics(runtime, pages, Gate(is_local if trusts_machine else _nobody, known))


def managing(
    runtime: Runtime, settings: DiagnosticsSettings, token: str, checks: Callable[[], Checks]
) -> Diagnostics:
    """Make all of them, for the management address.

    Parameters
    ----------
    runtime : Runtime
        The started application.
    settings : DiagnosticsSettings
        What is switched on.
    token : str
        What a change of a level has to bring along.
    checks : callable
        As in `beside`.

    Returns
    -------
    Diagnostics
        The paths.
    """
    pages = list(_pages(runtime, settings, token, checks))
    host = settings.host

    def trusts(request: Request) -> bool:
        return not _is_of_this_machine(host) or names_a_machine(request.headers.get("host", ""), (host,))

    return Diagnostics(runtime, pages, Gate(trusts))


def _pages(
    runtime: Runtime, settings: DiagnosticsSettings, token: str, checks: Callable[[], Checks]
) -> Iterator[Page]:
    probes = Probes(runtime, Healths(runtime, settings.limit, settings.cache, checks))
    state = StatePage(runtime, token)
    if settings.healthcheck:
        yield Page(settings.healthcheck, probes.ready)
        yield Page(f"{settings.healthcheck}/live", probes.live)
        yield Page(f"{settings.healthcheck}/ready", probes.ready)
    if settings.state:
        yield Page(settings.state, state.state, guarded=True)
        yield Page(settings.state, Levels(runtime, token), ("POST",), guarded=True)
        yield Page(settings.state + PATH, Pausing(runtime, token), ("POST",), guarded=True)
    if settings.config:
        yield Page(settings.config, state.configuration, guarded=True)
    if settings.metrics:
        yield Page(settings.metrics, Metrics(runtime))


def _has(routes: Iterable[BaseRoute], page: Page) -> bool:
    """Tell whether one of the routes is for exactly this path; one that takes any name there is not."""
    return any(_is_for(route, page.path, page.methods) for route in routes)


def _is_for(route: object, path: str, methods: Sequence[str]) -> bool:
    included = getattr(route, "effective_candidates", None)  # FastAPI 0.16x keeps a router whole
    if callable(included):
        return any(_is_for(each, path, methods) for each in included())
    own = getattr(route, "path", None)
    if isinstance(route, Mount):
        return bool(own) and f"{path}/".startswith(f"{own}/")
    return own == path and methods[0] in (getattr(route, "methods", None) or ())


def _nobody(_: Request) -> bool:
    return False


def _is_of_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
