"""Which handler a path leads to, past FastAPI and through it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable

from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.fastapi.tests.calling import Call
from packages.fastapi.tests.doubles import Runtime
from packages.fastapi.tests.ways import Untouched, fast, slow

from cordio_fastapi import HttpEntrypoint, get

LEADING = (
    "a/b",
    "a/x",
    "x/b",
    "c",
    "c/",
    "d/7",
    "d/x",
    "e-1",
    "e-1/f",
    "g/",
    "g/a/b",
    "a/own",
    "own",
    "m/x",
    "a/b\n",
    "c\n",
    "",
)


def test_a_route_leads_to_the_same_handler_as_a_walk_through_the_list() -> None:
    """The order of the routes decides, whatever is fixed and whatever is not; others' routes stand between."""

    paths = [
        "/a/{x}",
        "/a/b",
        "/{x}/b",
        "/c",
        "/c/",
        "/d/{n:int}",
        "/d/{x}",
        "/e-{x}",
        "/e-{x}/f",
        "/g/{rest:path}",
        "/{y}",
    ]

    def built(make: Callable[..., HttpEntrypoint]) -> HttpEntrypoint:
        def handler(path: str) -> Callable[..., object]:
            async def handler(**values: str) -> list[object]:
                return [path, values]

            names = [
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=str)
                for name in get(path).names
            ]
            handler.__dict__["__signature__"] = inspect.Signature(names)
            handler.__annotations__ = {name.name: str for name in names}
            return handler

        entrypoint = HttpEntrypoint()
        own = entrypoint.fastapi
        own.add_api_route("/own", lambda: "posted", methods=["POST"])
        own.add_api_route("/a/own", lambda: "own", methods=["GET"])
        other = FastAPI()
        other.add_api_route("/x", lambda: "mounted", methods=["GET"])
        own.mount("/m", other)
        made = make(*((get(path), handler(path)) for path in paths))
        own.router.routes.extend(made.fastapi.router.routes)
        if make is slow:
            own.add_middleware(Untouched)
        entrypoint.bind(Runtime())
        return entrypoint

    ours, theirs = built(fast), built(slow)

    @settings(max_examples=300, deadline=None)
    @given(
        st.sampled_from(["GET", "GET", "HEAD", "POST", "OPTIONS"]),
        st.one_of(
            st.sampled_from([*LEADING]),
            st.lists(
                st.sampled_from(["a", "b", "c", "7", "e-1", "g", "", "own", "m", "x", "a\n"]), max_size=4
            ).map("/".join),
        ),
        st.sampled_from(["", "", "/a", "/root"]),
    )
    def compared(method: str, path: str, root: str) -> None:
        async def main() -> None:
            call = Call(method, "/" + path, root=root)
            assert await call.of(ours.asgi) == await call.of(theirs.asgi)

        asyncio.run(main())

    compared()
