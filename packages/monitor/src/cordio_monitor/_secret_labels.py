"""Secrets beside a label that names them, as in the items of a list of settings."""

from __future__ import annotations

from typing import Any

from cordio_monitor._secret_names import is_secret
from cordio_monitor._secret_text import HIDDEN

__all__ = ["unlabelled"]

_LABELS = ("name", "key", "header", "field", "Name", "Key")
_CONTENTS = ("value", "Value")


def unlabelled(masked: dict[Any, object]) -> dict[Any, object]:
    """Hide the value beside the name of a secret.

    Parameters
    ----------
    masked : dict[Any, object]
        Data that is masked apart from that; it is changed.

    Returns
    -------
    dict[Any, object]
        The same.

    Examples
    --------
    >>> unlabelled({"name": "password", "value": "hunter2"})
    {'name': 'password', 'value': '***'}
    """
    if any(isinstance(label, str) and is_secret(label) for label in map(masked.get, _LABELS)):
        for name in _CONTENTS:
            if masked.get(name) is not None and type(masked[name]) is not bool:
                masked[name] = HIDDEN
    return masked
