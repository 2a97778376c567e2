"""What several tests of applications under test use."""

import asyncio

from cordio_core.testing import Testing


async def until_stopping(t: Testing) -> None:
    """Wait until the stop waits for nothing but what is under way."""
    while t.state().phase != "stopping":
        await asyncio.sleep(0)
    for _ in range(50):
        await asyncio.sleep(0)
