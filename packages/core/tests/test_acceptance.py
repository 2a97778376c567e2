"""What the user of cordio-core alone sees."""

import asyncio

from cordio_core import App, Request, every


def test_an_application_alone_runs_its_handlers_on_plain_defaults() -> None:
    app = App("clock")
    struck = asyncio.Event()
    seen: list[object] = []

    @app.service
    def bell() -> str:
        return "ding"

    @app.on(every("10ms"))
    async def strike(bell: str, request: Request) -> None:
        seen.append((bell, request.event.name))
        struck.set()

    async def use() -> None:
        async with app.running(), asyncio.timeout(5):
            await struck.wait()

    asyncio.run(use())
    assert seen[0] == ("ding", "every 10ms")
