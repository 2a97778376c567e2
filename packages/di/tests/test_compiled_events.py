"""The generated code of an event does what the plain call does, whatever its services do."""

import asyncio
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cordio_di import Container
from cordio_di._call import Call

YIELDING = """
    if trouble == "no yield":
        return
    {before}
    try:
        yield (label, {needs})
        if trouble == "second yield":
            yield "again"
    except BaseException as error:
        lines.append(f"{{label}} sees {{error!r}}")
        if trouble != "swallow":
            raise
    lines.append(f"{{label}} down")
    if trouble == "stop":
        raise OSError(f"stop {{label}}")
"""
TEMPLATES = {
    "coroutine": "async def make({needs}):\n    {before}\n    return (label, {needs})",
    "function": "def make({needs}):\n    {before}\n    return (label, {needs})",
    "awaitable": "def make({needs}):\n    async def later():\n        {before}\n"
    "        return (label, {needs})\n    return later()",
    "generator": "def make({needs}):" + YIELDING,
    "async generator": "async def make({needs}):" + YIELDING,
    "class": """
class make:
    def __init__(self, {needs}):
        self.needs = ({needs},)
    async def __aenter__(self):
        {before}
    async def __aexit__(self, kind, error, trace):
        lines.append(f"{{label}} left with {{error!r}}")
        if trouble == "stop":
            raise OSError(f"stop {{label}}")
        return trouble == "swallow"
    def __repr__(self):
        return f"{{label}} {{self.needs}}"
""",
}
# a service that asks for itself is told in the words of its maker: the event, or a life of its own
LOOP = re.compile(
    r"the service \S+, make \(\S+\) asks for itself while it is being made"
    r"|services wait for each other: \S+ -> \w+"
)
TROUBLES = ["", "", "", "start", "stop", "no yield", "second yield", "swallow", "ask", "ask last"]
Kinds = list[tuple[str, str, int]]


class Scene:
    """Services of one event, each made with some of those before it; they tell what happens."""

    def __init__(self, kinds: Kinds, fails: bool) -> None:
        self.lines: list[str] = []
        self.container = Container(discover=False)
        self.container.value("app", "app")
        for number, (kind, trouble, mask) in enumerate(kinds):
            needs = ["app", *(f"s{earlier}" for earlier in range(number) if mask >> earlier & 1)]
            self._add(f"s{number}", kind, trouble, ", ".join(needs))
        last = f"s{len(kinds) - 1}"
        names: dict[str, Any] = {"lines": self.lines, "fails": fails, "scene": self}
        exec(f"async def ask_first(s0): return s0\nasync def ask_last({last}): return {last}", names)
        self.first = self.container.inject(names["ask_first"])
        self.last = self.container.inject(names["ask_last"])
        exec(
            f"async def handler(number, {last}, app, *, mine='mine'):\n"
            f"    lines.append(f'work {{number}} {{{last}}} {{app}} {{mine}} {{await scene.first()}}')\n"
            "    if fails:\n        raise ValueError('mine')\n    return number",
            names,
        )
        self.handler = names["handler"]

    def _add(self, label: str, kind: str, trouble: str, needs: str) -> None:
        is_sync = kind in ("function", "generator")
        before = "begin(label, trouble)" if is_sync else "await start(label, trouble)"
        names: dict[str, Any] = {"label": label, "trouble": trouble, "lines": self.lines}
        names |= {"begin": self._begin, "start": self._start}
        exec(TEMPLATES[kind].format(needs=needs, before=before), names)
        self.container.service(names["make"], name=label, scope="event")

    def _begin(self, label: str, trouble: str) -> None:
        self.lines.append(f"{label} up")
        if trouble == "start":
            raise OSError(label)

    async def _start(self, label: str, trouble: str) -> None:
        self._begin(label, trouble)
        await asyncio.sleep(0)
        if trouble == "ask" and label != "s0":
            self.lines.append(f"{label} got {await self.first()}")
        if trouble == "ask last":
            self.lines.append(f"{label} got {await self.last()}")

    def told(self, is_plain: bool) -> tuple[list[str], object]:
        """Call the handler twice, the second time with all up, and return what happened."""
        results = asyncio.run(self._told(is_plain))
        return [LOOP.sub("a loop", line.replace("\\", "").replace('"', "'")) for line in self.lines], results

    async def _told(self, is_plain: bool) -> list[object]:
        results: list[object] = []
        injected = self.container.inject(self.handler)
        async with asyncio.timeout(5), self.container:
            for number in range(2):
                call = Call(self.handler, self.container._app)
                work = call.run({"number": number}) if is_plain else injected(number)
                try:
                    results.append(await work)
                except Exception as error:
                    results.append(_spelled(error))
        return results


def _spelled(error: BaseException) -> object:
    parts = [_spelled(part) for part in error.exceptions] if isinstance(error, ExceptionGroup) else []
    cause = (
        None
        if error.__cause__ is None
        else LOOP.sub("a loop", repr(error.__cause__).replace("\\", "").replace('"', "'"))
    )
    notes = [note.partition(" (")[0] for note in getattr(error, "__notes__", [])]
    return type(error).__name__, str(error).partition(" (")[0], cause, notes, parts


kinds = st.lists(
    st.tuples(st.sampled_from(sorted(TEMPLATES)), st.sampled_from(TROUBLES), st.integers(0, 31)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(kinds, st.booleans())
def test_the_compiled_event_equals_the_plain_one(kinds: Kinds, fails: bool) -> None:
    assert Scene(kinds, fails).told(is_plain=False) == Scene(kinds, fails).told(is_plain=True)


def test_a_service_that_is_asked_for_before_its_turn_is_made_once() -> None:
    scene = Scene([("coroutine", "", 0), ("coroutine", "ask", 0), ("async generator", "", 3)], fails=False)
    lines, results = scene.told(is_plain=False)
    assert lines.count("s0 up") == lines.count("s1 up") == lines.count("s2 up") == 2
    assert results == [0, 1]


def test_a_service_that_was_asked_for_early_is_closed_after_what_needs_it() -> None:
    kind = "async generator"
    scene = Scene([(kind, "", 0), (kind, "ask", 0), (kind, "", 1), (kind, "", 6)], fails=False)
    lines, results = scene.told(is_plain=False)
    ends = ["s3 down", "s2 down", "s0 down", "s1 down"]
    assert [line for line in lines if line.endswith("down")] == [*ends, *ends]
    assert results == [0, 1]
