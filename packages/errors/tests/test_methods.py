"""The layer of a handler that is a method: shared methods, sibling methods."""

from __future__ import annotations

import asyncio

import pytest

from cordio_errors import Decision, Errors, Incident, LayerError, Retry, answer, to


class Line:
    """What has happened to an object."""

    def __init__(self) -> None:
        self.line: list[str] = []
        self.failing: dict[str, Exception] = {}

    def step(self, name: str) -> None:
        self.line.append(name)
        if name in self.failing:
            raise self.failing[name]


def orders(errors: Errors) -> type[Line]:
    class Orders(Line):
        @errors.init
        async def open(self) -> None:
            await asyncio.sleep(0)
            self.step("open")

        @errors.final
        async def close(self) -> None:
            self.step("close")

        @errors.handler
        async def place(self) -> str:
            self.step("place")
            return await self.check()

        @errors.handler
        async def check(self) -> str:
            self.step("check")
            return "placed"

        @errors.handler
        async def guess(self) -> str:
            try:
                return await self.check()
            except KeyError:
                return "guessed"

    return Orders


def test_shared_methods_run_around_each_handler_and_not_around_its_siblings(errors: Errors) -> None:
    one = orders(errors)()
    for call in (one.place, lambda: errors.run(one.place)):  # type: ignore[attr-defined]  # made above
        one.line.clear()
        asyncio.run(call())
        assert one.line == ["open", "place", "check", "close"]
    one.line.clear()
    asyncio.run(errors.run(one.check))  # type: ignore[attr-defined]  # made above
    assert one.line == ["open", "check", "close"]


@pytest.mark.parametrize(
    ("step", "ran"),
    [
        ("open", ["open", "close"]),
        ("place", ["open", "place", "close"]),
        ("close", ["open", "place", "check", "close"]),
    ],
)
def test_what_fails_in_a_shared_method_is_answered_by_the_layer_of_the_handler(
    errors: Errors, seen: list[Incident], step: str, ran: list[str]
) -> None:
    errors.on(KeyError, answer=answer("not_found"), commit=to.log("info"))
    one = orders(errors)()
    one.failing[step] = KeyError(step)
    given = asyncio.run(errors.run(one.place)).answer  # type: ignore[attr-defined]  # made above
    assert given is not None and given.code == "not_found" and one.line == ran
    [incident] = seen
    assert incident.layer.endswith("Orders.place")


def test_a_sibling_opens_no_layer_of_its_own(errors: Errors, seen: list[Incident]) -> None:
    errors.on(KeyError, answer=answer("not_found"), commit=to.log("info"))
    one, other = orders(errors)(), orders(errors)()
    one.failing["check"] = other.failing["check"] = KeyError("x")
    with errors.testing() as decisions:
        outcome = asyncio.run(errors.run(one.guess))  # type: ignore[attr-defined]  # made above
        assert outcome.value == "guessed"
        assert seen == [] and decisions == list[Decision]()

        async def ask() -> str:
            try:
                return str(await other.check())  # type: ignore[attr-defined]  # made above
            except KeyError:
                return "asked"

        assert asyncio.run(errors.run(errors.handler(ask))).value == "asked"
    assert len(seen) == 1 and [decision.layer[-5:] for decision in decisions] == ["check"]


def test_a_sibling_in_a_task_or_a_free_layer_opens_none_either(errors: Errors) -> None:
    class Orders(Line):
        @errors.handler
        async def place(self) -> str:
            async with errors.layer("checking"):
                async with asyncio.TaskGroup() as group:
                    group.create_task(self.check())
            return "placed"

        @errors.handler
        async def check(self) -> str:
            raise self.failing.pop("check") if self.failing else KeyError

    errors.on(KeyError, ignore=True)
    with errors.testing() as decisions:
        assert asyncio.run(errors.run(Orders().place)).value == "placed"
    assert [decision.layer for decision in decisions] == ["checking"]


def test_a_sibling_that_is_marked_as_a_service_is_repeated(errors: Errors) -> None:
    errors.on(KeyError, retry=Retry(attempts=3, wait=0))

    class Orders(Line):
        @errors.handler
        async def place(self) -> None:
            await self.fetch()

        @errors.service
        async def fetch(self) -> None:
            self.step("fetch")

    one = Orders()
    one.failing["fetch"] = KeyError()
    asyncio.run(errors.run(one.place))
    assert one.line == ["fetch"] * 3


def test_code_that_is_not_async_and_idempotent_handlers_have_shared_methods_too(errors: Errors) -> None:
    errors.on(KeyError, retry=Retry(attempts=2, wait=0))

    class Orders(Line):
        @errors.init
        def open(self) -> None:
            self.step("open")

        @errors.final
        def close(self) -> None:
            self.step("close")

        @errors.handler(idempotent=True)
        def place(self) -> str:
            self.step("place")
            return self.check()

        @errors.handler
        def check(self) -> str:
            self.step("check")
            return "placed"

    one = Orders()
    assert one.place() == "placed" and one.line == ["open", "place", "check", "close"]
    one.line.clear()
    one.failing["open"] = KeyError()
    with pytest.raises(KeyError):
        one.place()
    assert one.line == ["open", "close"] * 2


def test_shared_methods_of_base_classes_come_first_and_end_last_and_all_of_them_run(errors: Errors) -> None:
    @errors.handler
    class Base(Line):
        @errors.init
        def open(self) -> None:
            self.step("open")

        @errors.final
        def close(self) -> None:
            self.step("close")

        def place(self) -> None:
            self.step("place")

    class Derived(Base):
        @errors.init
        def begin(self) -> None:
            self.step("begin")

        @errors.final
        def end(self) -> None:
            self.step("end")

        def close(self) -> None:
            self.step("close it all")

        @errors.handler
        def place(self) -> None:
            super().place()

    one = Derived()
    one.failing["end"] = KeyError()
    with pytest.raises(KeyError):
        one.place()
    assert one.line == ["open", "begin", "place", "end", "close it all"]


def test_all_shared_methods_that_are_async_run_at_the_end_whatever_fails_and_under_cancellation(
    errors: Errors,
) -> None:
    class Derived(orders(errors)):  # type: ignore[misc]  # made above
        @errors.final
        async def end(self) -> None:
            self.step("end")

        @errors.handler
        async def hang(self) -> None:
            self.step("hang")
            await asyncio.get_running_loop().create_future()

    async def main(one: Line) -> None:
        task = asyncio.create_task(one.hang())  # type: ignore[attr-defined]  # made above
        while "hang" not in one.line:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    one = Derived()
    one.failing["end"] = KeyError()
    with pytest.raises(KeyError):
        asyncio.run(one.place())
    assert one.line == ["open", "place", "check", "end", "close"]
    one = Derived()
    asyncio.run(main(one))
    assert one.line == ["open", "hang", "end", "close"]


def test_what_cannot_be_a_shared_method_is_refused(errors: Errors) -> None:
    def free() -> None: ...

    with pytest.raises(LayerError, match=r"@errors\.init cannot be put on .*free: it is no method"):
        errors.init(free)

    class Orders:
        @errors.init
        async def open(self) -> None: ...

        @errors.handler
        def place(self) -> None: ...

    with pytest.raises(LayerError, match="is async, and a handler of its object is not"):
        Orders().place()
