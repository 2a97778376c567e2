"""Gives the values of a file the names that the models have for them."""

from __future__ import annotations

from cordio_config._annotation import is_text, structured
from cordio_config._document import Document
from cordio_config._findings import Findings
from cordio_config._merge import Values
from cordio_config._model import Field, Group
from cordio_config._names import Key, dotted, fold
from cordio_config._origin import Origin
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
        if section is None and self._is_foreign(values, declared):
            return {}
        return self._group(values if section is None else {section: values}, declared, ())

    def _is_foreign(self, values: Values, declared: Group) -> bool:
        """Tell whether a file holds the values of a section, after which it is named, that is not in use."""
        name = self._document.label.rpartition("/")[2].partition(".")[0]
        plain = [key for key, value in values.items() if key != "$schema" and not isinstance(value, dict)]
        if not plain or name == "main" or declared.open or any(declared.find(key) for key in values):
            return False
        self._findings.unknown_section((name,), Origin("file", self._document.label), declared)
        return True

    def _group(self, tree: Values, group: Group, above: Key) -> Values:
        aligned: Values = {}
        for key, value in tree.items():
            field = group.find(key)
            if field is not None:
                self._take(aligned, field, key, value, above)
            elif group.open:
                aligned[key] = value
            elif above or key != "$schema":
                path = (*above, key)
                is_section = not above and isinstance(value, dict)
                note = self._findings.unknown_section if is_section else self._findings.unknown
                note(path, self._document.key_origin(path), group)
        return aligned

    def _take(self, aligned: Values, field: Field, key: str, value: object, above: Key) -> None:
        path = (*above, field.key)
        first = self._document.key_origin(path) if field.key in aligned else None
        if key != field.key or first is not None:
            self._document.spelled[path] = key
        if field.was and any(fold(key) == fold(old) for old in field.was):
            self._findings.renamed(path, dotted((*above, key)), self._document.key_origin(path), dotted(path))
        if first is not None:
            self._findings.duplicate(path, first, self._document.key_origin(path))
        if field.group is None or (value is None and field.nullable):
            self._put(aligned, path, field, value)
        elif isinstance(value, dict):
            aligned[field.key] = self._group(value, field.group, path)
        elif value is not None:
            self._invalid(path, field, value, "keys with values")

    def _put(self, aligned: Values, path: Key, field: Field, value: object) -> None:
        """Take a value; the text of a format that has nothing else is read as that of a variable is."""
        if not self._document.format.is_text or not isinstance(value, str):
            aligned[field.key] = value
            return
        try:
            is_nothing = not value and field.nullable and not is_text(field.annotation)
            aligned[field.key] = None if is_nothing else structured(value, field.shape)
        except ValueError as error:
            self._invalid(path, field, value, str(error))

    def _invalid(self, path: Key, field: Field, value: object, expected: str) -> None:
        what = f"{dotted(path)} is {shown(value, field.secret)}"
        self._findings.invalid(path, what, self._document.origin(path), expected)
