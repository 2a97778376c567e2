"""Which handler a path leads to, found without walking the list of all routes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.routing import BaseRoute, Match, Mount, Route, WebSocketRoute
from starlette.types import Scope

from cordio_fastapi._route import PlanRoute

__all__ = ["Routes"]

_WHOLE = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]*(?::(?:str|int|float|uuid))?\}")


class Leaf(NamedTuple):
    """A route, its place in the list, and the routes of others before it that may answer in its place."""

    order: int
    route: PlanRoute
    ahead: tuple[BaseRoute, ...]


class Node:
    """A part of the paths: what follows by name, what follows whatever its name, and what ends here."""

    __slots__ = ("any", "ends", "named", "rest")

    def __init__(self) -> None:
        self.named: dict[str, Node] = {}
        self.any: Node | None = None
        self.ends: list[Leaf] = []
        self.rest: list[Leaf] = []

    def add(self, parts: Sequence[str], leaf: Leaf) -> None:
        """Take a route; below a part that is no plain name it is found by its expression alone."""
        if not parts:
            self.ends.append(leaf)
        elif _WHOLE.fullmatch(parts[0]):
            self.any = self.any or Node()
            self.any.add(parts[1:], leaf)
        elif "{" in parts[0]:
            self.rest.append(leaf)
        else:
            self.named.setdefault(parts[0], Node()).add(parts[1:], leaf)


class Routes:
    """Finds the same route as a walk through the list, where that is a plan's; else none.

    Parameters
    ----------
    routes : sequence of BaseRoute
        The routes of an application, in their order.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._roots: dict[str, Node] = {}
        foreign: list[BaseRoute] = []
        leaves: list[Leaf] = []
        for order, route in enumerate(routes):
            if isinstance(route, PlanRoute):
                ahead = tuple(other for other in foreign if _may_answer(other, route))
                leaves.append(Leaf(order, route, ahead))
                root = self._roots.setdefault(route.event.method, Node())
                root.add(route.event.path.split("/"), leaves[-1])
            else:
                foreign.append(route)
        self._fixed = {
            (leaf.route.event.method, leaf.route.event.path): leaf
            for leaf in leaves
            if not leaf.route.event.names and self._leads_to(leaf)
        }

    def find(self, method: str, path: str, scope: Scope) -> tuple[PlanRoute, Mapping[str, object]] | None:
        """Find a route.

        Parameters
        ----------
        method : str
            The method.
        path : str
            The path, without the root path of the application.
        scope : mapping
            The request's ASGI scope, for routes of others.

        Returns
        -------
        tuple or None
            The route and the values in its path; None if there is none, or another's comes first.
        """
        values: Mapping[str, object] = {}
        leaf = self._fixed.get((method, path))
        if leaf is None:
            found = self._first(method, path)
            if found is None:
                return None
            leaf, values = found[0], _converted(found[0].route, found[1])
        if leaf.ahead and any(route.matches(scope)[0] is Match.FULL for route in leaf.ahead):
            return None
        return leaf.route, values

    def _first(self, method: str, path: str) -> tuple[Leaf, re.Match[str]] | None:
        best: tuple[Leaf, re.Match[str]] | None = None
        for leaf in self._leaves(method, path):
            if best is None or leaf.order < best[0].order:
                match = leaf.route.path_regex.match(path)
                best = best if match is None else (leaf, match)
        return best

    def _leaves(self, method: str, path: str) -> list[Leaf]:
        """Return all the routes that a path may lead to, by its parts."""
        root = self._roots.get(method)
        if root is None or "\n" in path:  # Starlette's expressions allow a line break at the end
            return []
        found: list[Leaf] = []
        nodes = [root]
        for part in path.split("/"):
            nodes, above = [], nodes
            for node in above:
                found += node.rest
                if (named := node.named.get(part)) is not None:
                    nodes.append(named)
                if node.any is not None:
                    nodes.append(node.any)
        for node in nodes:
            found += node.ends
        return found

    def _leads_to(self, leaf: Leaf) -> bool:
        found = self._first(leaf.route.event.method, leaf.route.event.path)
        return found is not None and found[0] is leaf


def _converted(route: PlanRoute, match: re.Match[str]) -> Mapping[str, object]:
    convertors = route.param_convertors
    return {name: convertors[name].convert(text) for name, text in match.groupdict().items()}


def _may_answer(other: BaseRoute, route: PlanRoute) -> bool:
    """Tell whether a route of others may answer what a plan's route, which stands behind it, does."""
    if isinstance(other, WebSocketRoute):
        return False
    if not isinstance(other, Route):
        return not isinstance(other, Mount) or bool(route.event.names) or _leads(other, route.event.path)
    if other.methods and route.event.method not in other.methods:
        return False
    if not route.event.names:
        return _leads(other, route.event.path)
    return bool(other.param_convertors) or bool(route.path_regex.match(other.path))


def _leads(other: Route | Mount, path: str) -> bool:
    return other.path_regex.match(path) is not None
