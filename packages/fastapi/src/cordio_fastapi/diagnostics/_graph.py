"""The services and what they need, as a picture (SVG 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cordio_fastapi.diagnostics._markup import Markup, element

__all__ = ["graph"]

_WIDTH, _HEIGHT, _ACROSS, _DOWN, _EDGE = 150, 40, 30, 36, 10
_LONGEST = 18
_GOOD, _BAD = frozenset({"up", "ready"}), frozenset({"failed", "down"})


def graph(services: Sequence[Mapping[str, object]]) -> Markup:
    """Draw the services, each below those that need it.

    Parameters
    ----------
    services : sequence of mapping
        Name, status and needs of each, those that are needed first.

    Returns
    -------
    Markup
        The picture; a sentence if there are none.
    """
    places = _places(services)
    if not places:
        return element("p", "No handler uses a service.")
    lines = [_line(places[str(one["name"])], places[need]) for one in services for need in _needs(one, places)]
    boxes = [_box(one, places[str(one["name"])]) for one in services]
    width = max(x for x, _ in places.values()) + _WIDTH + _EDGE
    height = max(y for _, y in places.values()) + _HEIGHT + _EDGE
    size = {"viewBox": f"0 0 {width} {height}", "width": width, "height": height}
    return element("svg", *lines, *boxes, **size, role="img", aria_label="The services and what they need")


def _places(services: Sequence[Mapping[str, object]]) -> dict[str, tuple[int, int]]:
    """Return where each box stands: in the row of its depth, from the left."""
    depths: dict[str, int] = {}
    for one in reversed(services):
        depths.setdefault(str(one["name"]), 0)
        for need in _needs(one, {str(each["name"]): None for each in services}):
            depths[need] = max(depths.get(need, 0), depths[str(one["name"])] + 1)
    columns: dict[int, int] = {}
    places = {}
    for name, depth in depths.items():
        column = columns[depth] = columns.get(depth, -1) + 1
        places[name] = (_EDGE + column * (_WIDTH + _ACROSS), _EDGE + depth * (_HEIGHT + _DOWN))
    return places


def _needs(service: Mapping[str, object], known: Mapping[str, object]) -> list[str]:
    needs = service.get("needs")
    own = str(service["name"])
    return (
        [str(each) for each in needs if str(each) in known and each != own] if isinstance(needs, list) else []
    )


def _line(above: tuple[int, int], below: tuple[int, int]) -> Markup:
    half = _WIDTH // 2
    ends = {"x1": above[0] + half, "y1": above[1] + _HEIGHT, "x2": below[0] + half, "y2": below[1]}
    return element("line", **ends)


def _box(service: Mapping[str, object], place: tuple[int, int]) -> Markup:
    name, status = str(service["name"]), str(service.get("status") or "")
    x, y = place
    kind = "good" if status in _GOOD else "bad" if status in _BAD or service.get("error") else "idle"
    label = name if len(name) <= _LONGEST else f"{name[:_LONGEST - 1]}…"
    middle = {"x": x + _WIDTH // 2, "text_anchor": "middle"}
    return element(
        "g",
        element("title", f"{name}: {status}"),
        element("rect", x=x, y=y, width=_WIDTH, height=_HEIGHT, rx=6),
        element("text", label, y=y + 17, **middle),
        element("text", status, y=y + 33, class_="small", **middle),
        class_=kind,
    )
