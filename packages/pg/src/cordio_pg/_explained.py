"""The plans of statements that were slow: asked for afterwards, and only where asking does nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from cordio_pg._literals import masked
from cordio_pg._statement import traits

__all__ = ["Explained", "lines"]

_log = logging.getLogger("cordio_pg")
# So many statements are remembered as explained already.
_TOLD = 1000
_READING = ("select", "with", "values", "table")


class Explained:
    """Asks for plans, one after the other, each statement's once.

    Parameters
    ----------
    explain : callable
        Runs ``explain`` for a statement and its arguments, and returns the plan as JSON has it.
    """

    def __init__(self, explain: Callable[[str, tuple[object, ...]], Awaitable[object]]) -> None:
        self._explain = explain
        self._known: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self, query: str, args: tuple[object, ...]) -> None:
        """Have a statement explained, if it only reads, soon, and on another connection."""
        if query in self._known or len(self._known) >= _TOLD or traits(query) or not _reads(query):
            return
        self._known.add(query)
        task = asyncio.create_task(self._tell(query, args))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Ask no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell(self, query: str, args: tuple[object, ...]) -> None:
        try:
            found = await self._explain(query, args)
        except Exception as error:  # whatever keeps the plan back: it is told, and nobody waits for it
            _log.warning("the plan of a slow statement cannot be had: %s: %s", error, masked(query))
            return
        _log.warning("the plan of a slow statement: %s\n%s", masked(query), "\n".join(lines(found)))


def lines(plan: object) -> Iterator[str]:
    """Write a plan, without the values in it.

    Parameters
    ----------
    plan : object
        What ``explain (format json)`` returns.

    Yields
    ------
    str
        A line for each node.

    Examples
    --------
    >>> node = {"Node Type": "Seq Scan", "Relation Name": "orders", "Total Cost": 35.5, "Plan Rows": 10}
    >>> list(lines([{"Plan": {**node, "Filter": "(sku = 'pen'::text)"}}]))
    ['Seq Scan on orders (cost 35.5, rows 10): Filter: (sku = …::text)']
    """
    if isinstance(plan, list) and plan:
        yield from _nodes(plan[0]["Plan"], 0)


def _nodes(node: dict[str, Any], depth: int) -> Iterator[str]:
    using = f" using {node['Index Name']}" if "Index Name" in node else ""
    on = f" on {node['Relation Name']}" if "Relation Name" in node else ""
    size = f" (cost {node.get('Total Cost')}, rows {node.get('Plan Rows')})"
    terms = [f"{key}: {masked(str(node[key]))}" for key in node if key == "Filter" or key.endswith(" Cond")]
    yield "  " * depth + f"{node['Node Type']}{using}{on}{size}" + (f": {'; '.join(terms)}" if terms else "")
    for inner in node.get("Plans", ()):
        yield from _nodes(inner, depth + 1)


def _reads(query: str) -> bool:
    words = masked(query).lower().split(maxsplit=1)
    return bool(words) and words[0] in _READING and ";" not in query
