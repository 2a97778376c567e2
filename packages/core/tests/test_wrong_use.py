"""Each wrong use of a public function says what is wrong and what to do, where it is written."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pytest
from packages.core.tests.doubles import Manual

from cordio_core import (
    App,
    AppSettings,
    CoreError,
    Duration,
    Plan,
    Restart,
    StartError,
    Stop,
    emitted,
    every,
    get,
    on,
    queue,
    route,
    rpc,
    topic,
)
from cordio_core.auth import ApiKey, Auth, AuthSettings, allow
from cordio_core.functions import gather, retry_after
from cordio_core.scenarios import Preset, Repeating
from cordio_core.tls import Tls

ANY: Any = object()
NONE: Any = None


async def handler() -> None: ...


@pytest.mark.parametrize(
    ("describe", "said"),
    [
        pytest.param(lambda: emitted(NONE), "has letters, digits and .*, not None", id="emitted"),
        pytest.param(lambda: get(NONE), "the path of an HTTP event is a text, not None: write '/'", id="get"),
        pytest.param(lambda: route("GET", NONE), "the path of an HTTP event is a text, not None", id="route"),
        pytest.param(lambda: route(NONE, "/"), "None is no method of HTTP: write one of DELETE", id="method"),
        pytest.param(
            lambda: get("/a?b=1"), "ends before its query: write '/a', and take 'b' as a parameter", id="query"
        ),
        pytest.param(lambda: get("/a#b"), "ends before its '#': write '/a'", id="fragment"),
        pytest.param(
            lambda: get("/{a:zork}"),
            "'/{a:zork}' has 'a' of the kind 'zork': write one of float, int, path, str, uuid, or none",
            id="kind",
        ),
        pytest.param(lambda: queue(NONE), "the name of a queue is a text, not None", id="queue"),
        pytest.param(lambda: topic("a", NONE), "the name of a binding key is a text, not None", id="topic"),
        pytest.param(lambda: rpc(NONE), "the name of a procedure is a text, not None", id="rpc"),
        pytest.param(lambda: allow(ANY), "is no right: write printable ASCII", id="right"),
        pytest.param(
            lambda: AuthSettings(keys=ANY), "auth.keys is a mapping of names to ApiKey, not object", id="keys"
        ),
        pytest.param(
            lambda: AuthSettings(users={"ann": ANY}), "auth.users.ann is no User, but object", id="user"
        ),
        pytest.param(lambda: retry_after(ANY), "the value of Retry-After is a text, not <object", id="retry"),
        pytest.param(lambda: asyncio.run(gather(limit=ANY)), "a limit is a number, not <object", id="gather"),
        pytest.param(lambda: Stop(code=ANY), "an exit code of a failure is a number from 1 to 255", id="stop"),
        pytest.param(lambda: Stop(code=True), "is a number from 1 to 255, not True", id="stop-truth"),
        pytest.param(lambda: Restart(limit=ANY), "a task cannot be restarted <object .* times", id="restart"),
        pytest.param(lambda: Restart(limit=True), "a task cannot be restarted True times", id="restart-truth"),
        pytest.param(
            lambda: every("1s", at_start=ANY), "at_start=<.*> is neither True nor False", id="at-start"
        ),
        pytest.param(lambda: allow("a", basic=ANY), "basic=<.*> is neither True nor False", id="basic"),
        pytest.param(
            lambda: AppSettings(grace=cast(Duration, "5s")),
            r"app.grace='5s' is no Duration: write Duration\('5s'\)",
            id="settings-span",
        ),
        pytest.param(
            lambda: AppSettings(tasks=0), "app.tasks=0 is no number of tasks: write 1 or more", id="no-tasks"
        ),
        pytest.param(
            lambda: AppSettings(monitoring=ANY),
            "app.monitoring=<.*> is no text: write 'package",
            id="scenario",
        ),
        pytest.param(lambda: ApiKey(ANY), "the hash of an API key is 'sha256:' and 64 hex", id="hash"),
    ],
)
def test_what_describes_nothing_is_refused(describe: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        describe()


@pytest.mark.parametrize(
    ("attach", "said"),
    [
        pytest.param(
            {"before": handler}, r"before= is a list of handlers: write before=\[handler\]", id="before"
        ),
        pytest.param({"after": handler}, r"after= is a list of handlers: write after=\[handler\]", id="after"),
        pytest.param({"around": None}, r"around= is a list of handlers, not None", id="around"),
        pytest.param({"errors": None}, r"errors= is a list of rules, not None", id="errors"),
        pytest.param({"order": "first"}, "order= is a number, not 'first'", id="order"),
        pytest.param({"order": True}, "order= is a number, not True", id="order-truth"),
    ],
)
@pytest.mark.parametrize("attacher", [App("orders").on, on], ids=["app.on", "on"])
def test_options_of_another_kind_are_refused_where_they_are_written(
    attacher: Callable[..., object], attach: dict[str, Any], said: str
) -> None:
    with pytest.raises(CoreError, match=said):
        attacher(emitted("asked"), **attach)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        pytest.param({"name": 5}, r"name=5 is no str: write App\('orders'\)", id="name"),
        pytest.param({"name": None}, "name=None is no str: write App", id="no-name"),
        pytest.param({"name": ""}, "name='' is no name: write App", id="empty-name"),
        pytest.param({"name": "a\nb"}, r"name='a\\nb' is no name: write App", id="broken-name"),
        pytest.param(
            {"container": ANY},
            r"container=.* is no Container, it lacks .*: see cordio_core.protocols",
            id="container",
        ),
        pytest.param(
            {"errors": ANY}, r"errors=.* is no Guard, it lacks .*: see cordio_core.protocols", id="errors"
        ),
        pytest.param(
            {"clock": ANY}, r"clock=.* is no Clock, it lacks .*: see cordio_core.protocols", id="clock"
        ),
        pytest.param(
            {"converters": [ANY]},
            r"converters=.* is no Converter, it lacks .*: see cordio_core.protocols",
            id="converters",
        ),
        pytest.param({"converters": ANY}, r"converters= is a list, not <object", id="converters-list"),
        pytest.param(
            {"entrypoints": "http"}, r"entrypoints= is a list: write entrypoints=\['http'\]", id="entrypoints"
        ),
        pytest.param({"discover": ""}, "discover= names packages, and '' is no name of one", id="discover"),
        pytest.param(
            {"discover": "../home"}, "discover= names packages, and '../home' is no name of one", id="path"
        ),
        pytest.param({"discover": 5}, "discover= is a list, not 5", id="discover-list"),
        pytest.param({"version": 5}, "version=5 is no str: write version='1.4.0'", id="version"),
        pytest.param({"repeating": 5}, "repeating=5 is no Repeating: write Repeating", id="repeating"),
        pytest.param({"defaults": 5}, "defaults=5 is no subclass of AppSettings: derive", id="defaults"),
        pytest.param({"defaults": int}, "defaults=.* is no subclass of AppSettings", id="defaults-class"),
        pytest.param({"monitoring": 5}, "monitoring=5 is no Monitoring, it lacks", id="monitoring"),
        pytest.param({"configuring": 5}, "configuring=5 is no Configuring, it lacks", id="configuring"),
        pytest.param({"preset": ANY}, "preset=: there is no preset <object", id="preset"),
    ],
)
def test_parts_of_another_kind_are_refused_where_they_are_handed_in(part: dict[str, Any], said: str) -> None:
    with pytest.raises(CoreError, match=said):
        App(**part)


@pytest.mark.parametrize(
    ("declare", "said"),
    [
        pytest.param(lambda app: app.main(5), "5 cannot be run: give a function", id="main"),
        pytest.param(lambda app: app.main(ends="yes"), "ends='yes' is no bool: write ends=True", id="ends"),
        pytest.param(lambda app: app.task(5), "5 cannot be run: give a function", id="task"),
        pytest.param(lambda app: app.task(name=5), "name=5 is no str: write name='watch'", id="task-name"),
        pytest.param(lambda app: app.task(name=""), "name='' is no name: write", id="task-empty-name"),
        pytest.param(
            lambda app: app.service(name=5), "name=5 is no str: write name='pool'", id="service-name"
        ),
        pytest.param(
            lambda app: app.service(name="a b"), "name='a b' is no name of a parameter", id="service-words"
        ),
        pytest.param(lambda app: app.service(errors=5), "errors= is a list, not 5", id="service-errors"),
        pytest.param(
            lambda app: app.layered(handler, errors=5), "errors= is a list, not 5", id="layer-errors"
        ),
        pytest.param(lambda app: app.run(reload="yes"), "reload='yes' is no bool: write", id="reload"),
        pytest.param(
            lambda app: app.run(workers=None), "workers=None is no int: write workers=2", id="no-workers"
        ),
        pytest.param(lambda app: app.daemon(None), "root=None is no Path: write pathlib", id="no-root"),
        pytest.param(lambda app: app.once(None), "name=None is no str: write the name", id="once-nothing"),
        pytest.param(
            lambda app: app.block("limits", 5),
            "the section 'limits' needs a class for its model, not 5",
            id="model",
        ),
        pytest.param(
            lambda app: app.block("a b", int), "'a b' is no name of a section: write 'limits'", id="section"
        ),
        pytest.param(lambda app: app.run(5), r"configuration=5 is no Configuration, it lacks", id="values"),
        pytest.param(lambda app: app.run(workers="2"), "workers='2' is no int: write workers=2", id="workers"),
        pytest.param(lambda app: app.once(5), "name=5 is no str: write the name of the handler", id="once"),
        pytest.param(
            lambda app: app.once("place", {"n": 1}), "data={'n': 1} is no str: write JSON", id="once-data"
        ),
        pytest.param(lambda app: asyncio.run(app.call(5)), "name=5 is no str: write the name", id="call"),
        pytest.param(lambda app: app.daemon(5), "root=5 is no Path: write pathlib", id="root"),
        pytest.param(lambda app: app.layered(5), "5 takes no layer: give a function or an object", id="data"),
        pytest.param(lambda app: app.layered(int), "takes no layer: .* a class to app.service", id="class"),
    ],
)
def test_declarations_of_another_kind_are_refused(declare: Callable[[Any], object], said: str) -> None:
    with pytest.raises(CoreError, match=said):
        declare(App("orders"))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda: Repeating(tasks=ANY), "tasks=<object .* is no policy: write Restart", id="tasks"),
        pytest.param(lambda: Preset(ANY), "name=<object .* is no str: write Preset", id="preset-name"),
        pytest.param(lambda: Preset(""), "name='' is no name: write Preset", id="preset-empty"),
        pytest.param(
            lambda: Preset("staging", errors=ANY),
            "errors=<.*> of the preset 'staging' cannot be called: give a function or a class",
            id="preset-part",
        ),
        pytest.param(lambda: Auth(ANY), "settings=<object .* is no AuthSettings: write", id="auth"),
        pytest.param(lambda: Auth(AuthSettings(), ANY), "tls=<object .* is no Tls: write", id="auth-tls"),
        pytest.param(lambda: Tls(ANY), "settings=<object .* is no TlsSettings: write", id="tls"),
    ],
)
def test_scenarios_and_services_of_the_package_are_made_of_what_they_name(
    make: Callable[[], object], said: str
) -> None:
    with pytest.raises(CoreError, match=said):
        make()


class Odd:
    """A converter that breaks, as one of the user's may."""

    def reader(self, annotation: object, /) -> None:
        raise RuntimeError("no such type here")


def test_a_type_that_a_converter_breaks_on_names_the_handler_and_the_parameter() -> None:
    @dataclass
    class Order:
        sku: str

    app = App("orders", converters=[Odd()], entrypoints=[Manual()])

    @app.on(emitted("order.placed"))
    async def place(order: Order) -> None: ...

    with pytest.raises(
        StartError, match=r"place \(.*:\d+\) has the parameter 'order' .* Odd .* no such type here"
    ):
        app.check()


def test_a_task_that_waits_for_its_turn_says_how_many_are_let_in() -> None:
    async def work() -> None: ...

    async def use() -> None:
        app = App("orders")
        async with app.running():
            app.spawn(work(), most=ANY)

    with pytest.raises(CoreError, match="the task 'work' has most=<object .*: it is a number, write most=1"):
        asyncio.run(use())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"name": 5}, "name=5 is no str: write name='mail'", id="name"),
        pytest.param({"name": ""}, "name='' is no name: write name='mail'", id="empty"),
        pytest.param({"on_error": 5}, "on_error=5 says nothing: write 'restart', 'degrade'", id="policy"),
        pytest.param({"on_error": None}, "on_error=None says nothing: write 'restart'", id="no-policy"),
        pytest.param({"traced": "yes"}, "traced='yes' is no bool: write traced=True", id="traced"),
    ],
)
def test_what_is_said_of_a_spawned_task_is_of_its_kind_or_it_does_not_begin(
    given: dict[str, Any], said: str
) -> None:
    begun: list[str] = []

    async def work() -> None:
        begun.append("begun")

    async def use() -> None:
        app = App("orders")
        async with app.running():
            app.spawn(work(), **given)

    with pytest.raises((CoreError, ValueError), match=said):
        asyncio.run(use())
    assert not begun


def test_two_handlers_of_one_request_are_told_once() -> None:
    class Strict(Manual):
        def attach(self, plans: Sequence[Plan], /) -> None:
            if len({plan.event for plan in plans}) < len(plans):
                raise StartError("http", ["there is one request with two handlers"])

    app = App("orders", entrypoints=[Strict()])
    for _ in range(2):
        app.on(get("/"))(handler)
    with pytest.raises(StartError) as told:
        app.check()
    (problem,) = told.value.problems
    assert problem.startswith("'GET /' has two handlers, ")
