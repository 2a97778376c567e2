"""The layers that configuration files give."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from cordio_config._alignment import Alignment
from cordio_config._discovery import Found, discover, label_of, ordered
from cordio_config._document import Document, refusal_of
from cordio_config._findings import Findings
from cordio_config._layer import FileLayer, origin_of
from cordio_config._merge import Values, merged
from cordio_config._model import Group
from cordio_config._names import Key
from cordio_config._pattern import Pattern, pattern_of
from cordio_config._place import Unreadable
from cordio_config._reading import read_document

__all__ = ["file_layers"]


def file_layers(
    declared: Group,
    root: Path,
    paths: Iterable[Path],
    pattern: Pattern,
    findings: Findings,
    named: Iterable[Path] | None = None,
) -> list[FileLayer]:
    """Read the files that the pattern means, or the named ones, in the order in which they count."""
    sections = [field.key for field in declared.fields if field.group is not None]
    layers: list[FileLayer] = []
    total: Values = {}
    refused = partial(_refused, root, findings)
    if named is None:
        files = discover(root, paths, pattern_of(pattern), sections, refused)
    else:
        files = ordered(named, root, sections)
    for found in files:
        document = _document(found, declared, findings)
        if document is not None:
            layer = FileLayer(document, Alignment(document, findings).of(declared))
            total = merged(total, layer.values, partial(_note, layer, layers, findings))
            layers.append(layer)
    return layers


def _note(layer: FileLayer, earlier: list[FileLayer], findings: Findings, path: Key) -> None:
    findings.duplicate(path, origin_of(path, earlier), layer.origin(path))


def _refused(root: Path, findings: Findings, error: OSError) -> None:
    findings.unreadable(label_of(Path(error.filename), root), refusal_of(error))


def _document(found: Found, declared: Group, findings: Findings) -> Document | None:
    try:
        document = read_document(found.path, found.label)
    except Unreadable as error:
        findings.unreadable(found.label, error)
        return None
    if document.guessed:
        findings.guessed(found.label, document.format.name, document.guessed)
    if found.section is not None and not _holds_sections(document, declared, found.section):
        document.section = found.section
    return document


def _holds_sections(document: Document, declared: Group, section: str) -> bool:
    """Tell whether a file named after a section has sections in it all the same."""
    field = declared.find(section)
    own = field.group if field is not None else None
    if own is None or not document.values:
        return False
    return all(declared.find(key) and not own.find(key) for key in document.values)
