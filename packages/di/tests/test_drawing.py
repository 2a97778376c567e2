"""The graph as data and as drawings."""

from typing import Any

import pytest

from cordio_di import Container, Graph, Node, WiringError


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
    assert '    subgraph scope1["event"]\n' in mermaid and '        s2["transaction"]' in mermaid
    assert "    s2 --> s1" in mermaid and "    s1 --> s0" in mermaid
    assert (
        '    subgraph cluster_1 {\n        label="event";\n' in dot
        and '        s2 [label="transaction"];' in dot
    )
    assert "    s2 -> s1;" in dot and dot.endswith("\n}")


def test_any_name_can_be_drawn() -> None:
    names = ['a "quoted" name', "end", "two\nlines", "a`b#c;d", "größe"]
    graph = Graph(tuple(Node(name, "end", "value", "", ()) for name in names))
    mermaid, dot = graph.to_mermaid(), graph.to_dot()
    assert 's0 [label="a \\"quoted\\" name"];' in dot and 'label="two\\nlines"' in dot
    assert 's0["a #34;quoted#34; name"]' in mermaid and 's1["end"]' in mermaid
    assert 's2["two#10;lines"]' in mermaid and 's3["a#96;b#35;c#59;d"]' in mermaid and 's4["größe"]' in mermaid
    assert 'subgraph scope0["end"]' in mermaid, "a scope may have the name of a word of the language"


def test_a_ready_object_has_a_name_that_a_parameter_can_have() -> None:
    container = Container(discover=False)
    for odd in ("a b", "", "1st", 'a"b'):
        with pytest.raises(WiringError, match="no name of a service"):
            container.value(odd, 1)
        with pytest.raises(WiringError, match="no name of a service"):
            container.expect(odd, int)


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
