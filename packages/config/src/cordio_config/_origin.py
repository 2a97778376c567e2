"""Where a value stands: a file with line and column, a variable, an option, or the model's default."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Origin"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The place a value comes from.

    Parameters
    ----------
    source : str
        ``"file"``, ``"environment"``, ``".env"``, ``"option"`` ``"default"``, or what a source of
        one's own says.
    name : str
        The file as seen from the project root, the variable, or the option; empty for a default.
    line : int, optional
        Line in the file, from 1.
    column : int, optional
        Column in the line, in characters, from 1.

    Examples
    --------
    >>> print(Origin("file", "config/main.yaml", 1, 17))
    config/main.yaml:1:17
    >>> print(Origin("environment", "PROG_LIMITS_BURST"))
    environment PROG_LIMITS_BURST
    >>> print(Origin("option", "--limits-burst"), "|", Origin(".env", ".env", 3), "|", Origin("default"))
    option --limits-burst | .env:3 | default
    """

    source: str
    name: str = ""
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """Say it as editors and people read it."""
        if self.source not in ("file", ".env"):
            return f"{self.source} {self.name}".rstrip()
        return ":".join(str(part) for part in (self.name, self.line, self.column) if part is not None)
