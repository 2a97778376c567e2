"""The graph of the services as data, and as a drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["Graph", "Node"]


@dataclass(frozen=True, slots=True)
class Node:
    """One service as the graph shows it.

    Parameters
    ----------
    name : str
        Its name.
    scope : str
        What it lives for: ``app``, ``event``, or a scope of one's own.
    kind : str
        What it is made by, such as ``class`` or ``async generator``; ``value`` for a ready object.
    place : str
        Where it stands in the code.
    needs : tuple of str
        The names of the services that it is made with.

    Examples
    --------
    >>> Node("orders", "app", "class", "Orders (app.py:3)", ("pool",)).needs
    ('pool',)
    """

    name: str
    scope: str
    kind: str
    place: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """The services of a container and what each of them needs; ``Container.describe`` returns it.

    Parameters
    ----------
    services : tuple of Node
        The services, those that are needed before those that need them.

    Examples
    --------
    >>> from cordio_di import Container
    >>> container = Container(discover=False)
    >>> container.value("pool", object())
    >>> @container.service
    ... def orders(pool): ...
    >>> [(node.name, node.needs) for node in container.describe().services]
    [('pool', ()), ('orders', ('pool',))]
    """

    services: tuple[Node, ...]

    def to_mermaid(self) -> str:
        """Draw the graph for Mermaid, one box for each scope.

        Returns
        -------
        str
            A flow chart.

        Examples
        --------
        >>> pool = Node("pool", "app", "class", "", ())
        >>> print(Graph((pool, Node("orders", "app", "class", "", ("pool",)))).to_mermaid())
        flowchart TD
            subgraph scope0["app"]
                s0["pool"]
                s1["orders"]
            end
            s1 --> s0
        """
        lines = ["flowchart TD"]
        for number, (scope, boxes) in enumerate(self._scopes(lambda id_, name: f"{id_}[{_coded(name)}]")):
            lines += [
                f"    subgraph scope{number}[{_coded(scope)}]",
                *(f"        {box}" for box in boxes),
                "    end",
            ]
        return "\n".join([*lines, *(f"    {user} --> {need}" for user, need in self._arrows())])

    def to_dot(self) -> str:
        """Draw the graph for Graphviz, one box for each scope.

        Returns
        -------
        str
            A directed graph in the DOT language.

        Examples
        --------
        >>> print(Graph((Node("pool", "app", "class", "", ()),)).to_dot())
        digraph services {
            subgraph cluster_0 {
                label="app";
                s0 [label="pool"];
            }
        }
        """
        lines = ["digraph services {"]
        boxes_of = self._scopes(lambda id_, name: f"{id_} [label={_quoted(name)}];")
        for number, (scope, boxes) in enumerate(boxes_of):
            lines += [f"    subgraph cluster_{number} {{", f"        label={_quoted(scope)};"]
            lines += [*(f"        {box}" for box in boxes), "    }"]
        return "\n".join([*lines, *(f"    {user} -> {need};" for user, need in self._arrows()), "}"])

    def _ids(self) -> dict[str, str]:
        return {node.name: f"s{number}" for number, node in enumerate(self.services)}

    def _scopes(self, box: Callable[[str, str], str]) -> Iterator[tuple[str, list[str]]]:
        ids = self._ids()
        for scope in dict.fromkeys(node.scope for node in self.services):
            yield scope, [box(ids[node.name], node.name) for node in self.services if node.scope == scope]

    def _arrows(self) -> Iterator[tuple[str, str]]:
        ids = self._ids()
        return ((ids[node.name], ids[need]) for node in self.services for need in node.needs if need in ids)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _coded(text: str) -> str:
    """Quote a text for Mermaid, which takes what it might read as its own by number."""
    coded = "".join(one if one.isalnum() or one in " _-.:/()" else f"#{ord(one)};" for one in text)
    return f'"{coded}"'
