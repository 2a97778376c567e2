"""The settings models of everything in use, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cordio_core._parts import Parts
from cordio_core.protocols import Entrypoint

__all__ = ["sections_of"]


def sections_of(
    parts: Parts, entrypoints: Iterable[Entrypoint], services: Mapping[str, type], problems: list[str]
) -> Mapping[str, type]:
    """Put the settings models together; a section that two owners understand differently is a mistake."""
    owned: list[tuple[str, Mapping[str, type]]] = [
        ("the application", {"app": parts.settings}),
        ("the monitor", parts.watched),
        ("a service", services),
        *((f"the entrypoint {source.kind!r}", source.sections) for source in entrypoints),
        ("a block", parts.blocks),
    ]
    sections: dict[str, tuple[str, type]] = {}
    for owner, models in owned:
        for section, model in models.items():
            first, known = sections.setdefault(section, (owner, model))
            if known is not model:
                problems.append(
                    f"the section {section!r} is of {first} and of {owner}: give one of them another name"
                )
    return {section: model for section, (_, model) in sections.items()}
