"""The time that something has waited, as a span."""

from __future__ import annotations

import asyncio

import pytest
from packages.monitor.tests.doubles import Collected

from cordio_monitor import LogSettings, Monitor

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SENDER = {"traceparent": f"00-{TRACE}-{CALLER}-01"}


@pytest.mark.parametrize("off", [(), ("waits",)])
def test_a_wait_is_a_span_of_its_length_and_a_child_of_its_sender_unless_its_point_is_off(
    off: tuple[str, ...],
) -> None:
    sink = Collected()

    async def main() -> None:
        async with Monitor("orders", [sink], LogSettings(capture=False, off=off)) as monitor:
            monitor.waited("wait orders.new", 0.25, headers=SENDER)

    asyncio.run(main())
    if off:
        assert "wait orders.new" not in sink.messages
        return
    span = sink["wait orders.new"]
    assert (span.kind, span.trace_id, span.parent_id) == ("span", TRACE, CALLER)
    assert len(span.span_id) == 16 and span.fields["took_ms"] == 250
