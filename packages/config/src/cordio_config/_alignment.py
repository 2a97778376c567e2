"""Gives the values of a file the names that the models have for them."""

from __future__ import annotations

from cordio_config._document import Document
from cordio_config._findings import Findings
from cordio_config._merge import Values
from cordio_config._model import Field, Group
from cordio_config._names import Key, dotted
from cordio_config._problem import shown

__all__ = ["Alignment"]


class Alignment:
    """Walks the values of a document beside the fields that are declared.

    Parameters
    ----------
    document : Document
        The file; it is told where it spells a key otherwise than the model.
    findings : Findings
        Takes keys that nobody declared or that stand twice, and values where a group should be.
    """

    def __init__(self, document: Document, findings: Findings) -> None:
        self._document = document
        self._findings = findings

    def of(self, declared: Group) -> Values:
        """Return the values under their declared names."""
        values, section = self._document.values, self._document.section
        return self._group(values if section is None else {section: values}, declared, ())

    def _group(self, tree: Values, group: Group, above: Key) -> Values:
        aligned: Values = {}
        for key, value in tree.items():
            field = group.find(key)
            if field is not None:
                self._take(aligned, field, key, value, above)
            elif group.open:
                aligned[key] = value
            else:
                path = (*above, key)
                self._findings.unknown(path, self._document.key_origin(path), group, is_top=not above)
        return aligned

    def _take(self, aligned: Values, field: Field, key: str, value: object, above: Key) -> None:
        path = (*above, field.key)
        first = self._document.key_origin(path) if field.key in aligned else None
        if key != field.key or first is not None:
            self._document.spelled[path] = key
        if first is not None:
            self._findings.duplicate(path, first, self._document.key_origin(path))
        if field.group is None or (value is None and field.nullable):
            aligned[field.key] = value
        elif isinstance(value, dict):
            aligned[field.key] = self._group(value, field.group, path)
        elif value is not None:
            what = f"{dotted(path)} is {shown(value, field.secret)}"
            self._findings.invalid(path, what, self._document.origin(path), "keys with values")
