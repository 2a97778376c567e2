"""What is left to do once the answer has gone runs in the handler's layer."""

from __future__ import annotations

import asyncio

import pytest

from cordio_core import App, Plan, emitted


async def handler() -> None: ...


def made() -> Plan:
    app = App("shop")
    return Plan(emitted("order.placed"), handler, app.container, app.errors)


def test_what_goes_wrong_is_logged_by_the_name_of_the_handler(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("no paper")

    asyncio.run(made().finish(fail))
    (record,) = caplog.records
    assert record.getMessage() == "handler failed" and "no paper" in (record.exc_text or "")


def test_it_can_be_cancelled() -> None:
    async def main() -> None:
        begun = asyncio.Event()

        async def wait() -> None:
            begun.set()
            await asyncio.Event().wait()

        finishing = asyncio.create_task(made().finish(wait))
        await begun.wait()
        finishing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await finishing

    asyncio.run(main())


def test_what_rules_may_answer_is_not_known_without_rules() -> None:
    assert made().answers == {}
