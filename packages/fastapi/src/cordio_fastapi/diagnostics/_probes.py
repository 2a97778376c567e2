"""What balancers and supervisors ask: whether the process lives, and whether it can be given work."""

from __future__ import annotations

from starlette.requests import Request

from cordio_core.protocols import Runtime
from cordio_fastapi.diagnostics._healths import Healths
from cordio_fastapi.diagnostics._told import Told, plain

__all__ = ["Probes"]


class Probes:
    """Answers the health checks.

    Parameters
    ----------
    runtime : Runtime
        The started application.
    healths : Healths
        Tells how the services in use are.
    """

    def __init__(self, runtime: Runtime, healths: Healths) -> None:
        self._runtime, self._healths = runtime, healths

    async def live(self, _: Request) -> Told:
        """Tell that the process answers: it need not be started anew.

        Returns
        -------
        Told
            Always a 200, with the phase that the application is in.
        """
        return Told(plain(200, {"status": self._runtime.phase, "service": self._runtime.name}))

    async def ready(self, _: Request) -> Told:
        """Tell whether the application can be given work.

        Returns
        -------
        Told
            A 200 if it and its services are up, else a 503; one that was told to stop says ``draining`` at
            once, while it still answers requests.
        """
        content: dict[str, object] = {"status": self._runtime.phase, "service": self._runtime.name}
        if self._runtime.phase != "up":
            return Told(plain(503, content))
        services = await self._healths.services()
        content["services"] = services
        down = sorted(name for name, state in services.items() if state["status"] != "up")
        needed = [name for name in down if not services[name].get("optional")]
        if not needed:
            return Told(plain(200, content))
        content["status"] = "down"
        return Told(plain(503, content), False, "healthcheck failed", "warning", {"down": needed})
