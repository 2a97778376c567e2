"""Names of classes as the names of what they make."""

from __future__ import annotations

import re

__all__ = ["snake_case"]

_BETWEEN = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake_case(name: str) -> str:
    """Write the name of a class in snake case, as services are named after their classes.

    Parameters
    ----------
    name : str
        The name, in CamelCase.

    Returns
    -------
    str
        Its words in lower case, with ``_`` between them; what is in snake case already stays as it is.

    Examples
    --------
    >>> snake_case("DbModel"), snake_case("HTTPClient"), snake_case("read_order")
    ('db_model', 'http_client', 'read_order')
    """
    return _BETWEEN.sub("_", name).lower()
