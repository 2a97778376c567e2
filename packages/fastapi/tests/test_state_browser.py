"""The state page in a real browser: it refreshes itself, asks nobody else, and runs nothing of strangers."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from packages.fastapi.tests.chromium import tab
from packages.fastapi.tests.doubles import attached, started
from packages.fastapi.tests.looking import Measures, Numbers
from packages.fastapi.tests.test_state_page import EVIL, evil


def test_it_shows_refreshes_and_keeps_to_itself() -> None:
    async def main() -> None:
        entrypoint, runtime = attached(), evil()
        async with started(entrypoint, runtime), tab() as browser:
            url = f"{entrypoint.addresses[0]}/state"
            await browser.open(url)
            assert await browser.evaluate("document.title") == f"{EVIL}: state"
            assert await browser.evaluate("document.querySelectorAll('svg rect').length") == 2
            colour = "getComputedStyle(document.querySelector('.phase.good')).backgroundColor"
            assert await browser.evaluate(colour) == "rgb(42, 138, 62)"
            assert await browser.evaluate("document.querySelector('tr[data-event]').cells[2].innerText") == "4"
            runtime.monitor.measures = Measures({EVIL: Numbers(count=64)})
            runtime.uptime = 38.0
            await browser.until("document.body.dataset.refreshed >= 1")
            row = "[...document.querySelector('tr[data-event]').cells].map((cell) => cell.innerText)"
            assert (await browser.evaluate(row))[:3] == [EVIL, "2.00", "64"]
            assert await browser.evaluate("document.getElementById('level').innerText") == "info"
            assert {*browser.requests()} - {"about:blank", "data:,"} == {url}
            assert browser.complaints() == []

    asyncio.run(main())


def test_a_level_is_changed_by_its_form() -> None:
    async def main() -> None:
        entrypoint, runtime = attached(), evil()
        async with started(entrypoint, runtime), tab() as browser:
            await browser.open(f"{entrypoint.addresses[0]}/state")
            runtime.monitor.measures = replace(runtime.monitor.measures, level="debug")
            await browser.submit(
                "document.getElementById('to').value = 'debug'; document.querySelector('button').click()"
            )
            assert runtime.monitor.levels == [("debug", 600.0, "")]
            assert await browser.evaluate("document.getElementById('level').innerText") == "debug"
            assert await browser.evaluate("location.pathname") == "/state"
            assert browser.complaints() == []

    asyncio.run(main())


def test_a_page_whose_service_is_gone_says_so_and_keeps_what_it_showed() -> None:
    async def main() -> None:
        entrypoint, runtime = attached(), evil()
        async with tab() as browser:
            async with started(entrypoint, runtime):
                await browser.open(f"{entrypoint.addresses[0]}/state")
            await browser.until("document.getElementById('refreshed').innerText.startsWith('not refreshed: ')")
            assert await browser.evaluate("document.querySelectorAll('svg rect').length") == 2

    asyncio.run(main())
