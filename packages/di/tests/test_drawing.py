"""The graph as data and as drawings."""

from typing import Any

import pytest

from cordio_di import Container, Node


@pytest.fixture
def container() -> Container:
    container = Container(discover=False)
    container.value("dsn", "postgresql://…")

    @container.service
    class Pool:
        def __init__(self, dsn: str) -> None: ...

    @container.service(scope="event")
    async def transaction(pool: Pool) -> None: ...

    @container.service
    def unused() -> None: ...

    return container


def test_the_graph_is_data_with_needs_first(container: Container) -> None:
    services = {node.name: node for node in container.describe().services}
    assert list(services) == ["dsn", "pool", "transaction", "unused"]
    pool = services["pool"]
    assert (pool.scope, pool.kind, pool.needs) == ("app", "class", ("dsn",))
    assert f"({__file__}:" in pool.place
    assert services["transaction"].scope == "event"


def test_the_graph_of_handlers_has_only_what_they_reach(container: Container) -> None:
    async def handler(transaction: Any) -> None: ...

    assert [node.name for node in container.describe([handler]).services] == ["dsn", "pool", "transaction"]


def test_drawings_have_a_box_for_each_scope_and_an_arrow_for_each_need(container: Container) -> None:
    graph = container.describe()
    mermaid, dot = graph.to_mermaid(), graph.to_dot()
    assert "    subgraph event\n" in mermaid and '        s2["transaction"]' in mermaid
    assert "    s2 --> s1" in mermaid and "    s1 --> s0" in mermaid
    assert "    subgraph cluster_event {\n" in dot and '        s2 [label="transaction"];' in dot
    assert "    s2 -> s1;" in dot and dot.endswith("\n}")


def test_any_name_can_be_drawn() -> None:
    container = Container(discover=False)
    container.value('a "quoted" name', 1)
    container.value("end", 1)
    graph = container.describe()
    assert 's0 [label="a \\"quoted\\" name"];' in graph.to_dot()
    assert 's0["a #quot;quoted#quot; name"]' in graph.to_mermaid()
    assert 's1["end"]' in graph.to_mermaid()


def test_a_loop_is_drawn_as_it_is() -> None:
    container = Container(discover=False)

    @container.service
    def first(second: Any) -> None: ...

    @container.service
    def second(first: Any) -> None: ...

    graph = container.describe()
    assert {(node.name, node.needs) for node in graph.services} == {
        ("first", ("second",)),
        ("second", ("first",)),
    }
    assert isinstance(graph.services[0], Node)
