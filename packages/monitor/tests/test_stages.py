"""Stages are summed, and where it was answered is told."""

import asyncio

import pytest
from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import observed, span
from cordio_monitor._content import content
from cordio_monitor._event import Event
from cordio_monitor._outlet import Outlet
from cordio_monitor._raw import Raw
from cordio_monitor._trace import new


class Kept(Outlet):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.raws: list[Raw] = []

    def take(self, batch: list[Raw], weight: int = 0) -> None:
        self.raws += batch


def number(value: object) -> float:
    assert isinstance(value, float)
    return value


def test_the_time_of_each_stage_is_summed_in_the_closing_record() -> None:
    sink = Collected()

    @observed(stage="stock")
    async def check() -> None:
        with span("inner", stage="stock"):
            await asyncio.sleep(0)

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders"):
                await asyncio.gather(check(), check())
                with span("charge", stage="payment"):
                    pass

    asyncio.run(main())
    checks = [number(r.fields["took_ms"]) for r in sink.records if r.message.endswith("check")]
    stages = sink["POST /orders"].fields["stages"]
    assert isinstance(stages, dict) and set(stages) == {"stock", "payment"}
    assert stages["stock"] == pytest.approx(sum(checks))
    assert stages["payment"] == pytest.approx(number(sink["charge"].fields["took_ms"]))


def test_each_stage_has_a_span_of_its_own_that_groups_the_others() -> None:
    outlet = Kept()
    with Event("POST /orders", new(), outlet) as event:
        with span("a", stage="stock"):
            with span("inner", stage="stock"):
                pass
        with span("b", stage="stock"):
            pass
        with span("handler") as handler, span("c", stage="stock"):
            pass
    found = {item.message: item for item in map(content, outlet.raws)}
    first, second = found["POST /orders"].groups
    assert found["a"].group_id == found["b"].group_id == first.id != found["c"].group_id == second.id
    assert found["inner"].group_id == "" == found["handler"].group_id
    assert (first.parent_id, second.parent_id) == (event.span_id(0), event.span_id(handler.number))
    assert first.stage == "stock" and first.began < first.ended
    assert len({first.id, second.id, *(event.span_id(n) for n in range(6))}) == 8


def by_return() -> None:
    """Stand for a handler."""


def raises() -> None:
    raise KeyError("sku")


@pytest.mark.parametrize(
    ("how", "function"), [("answered", "main"), ("return", "by_return"), ("exception", "raises")]
)
def test_where_and_how_it_was_answered_is_told(how: str, function: str) -> None:
    sink = Collected()
    headers: list[str] = []

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("GET /") as event:
                assert event.where() == ""
                if how == "return":
                    event.answered(200, at=by_return.__code__)
                elif how == "answered":
                    event.answered(200)
                else:
                    try:
                        raises()
                    except KeyError as error:
                        event.answered(404, at=by_return.__code__, error=error)
                headers.append(event.where())

    asyncio.run(main())
    fields = sink["GET /"].fields
    assert fields["answered_by"] == how and str(fields["function"]).endswith(function)
    assert str(fields["file"]).endswith("test_stages.py") and isinstance(fields["line"], int)
    assert headers == [f"{fields['file']}:{fields['line']} {fields['function']} ({how})"]


def test_an_exception_that_leaves_the_event_is_how_it_was_answered() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with pytest.raises(KeyError), monitor.incoming("GET /"):
                raises()

    asyncio.run(main())
    assert sink["GET /"].fields["answered_by"] == "exception" and sink["GET /"].fields["function"] == "raises"
