"""The old name of a value, which goes on working and warns."""

from __future__ import annotations

__all__ = ["Was"]


class Was:
    """Marks a field of a model with the names that it had before.

    In files an old name stands where the new one would; in the environment and on the command line it is
    the old name's variable and option. All of them work, and each use is a warning that tells the new name. A
    dataclass may say it by ``field(metadata={"was": "rate"})`` too; old names of sections and of a command's
    own options are given to `Config.load` and `configured` as ``renamed``.

    Parameters
    ----------
    *names : str
        The old names, without the section.

    Examples
    --------
    >>> from typing import Annotated
    >>> from pydantic import create_model
    >>> Limits = create_model("Limits", per_minute=(Annotated[int, Was("rate")], 60))
    >>> environ = {"PROG_LIMITS_RATE": "5"}
    >>> from cordio_config import Config
    >>> config = Config.load({"limits": Limits}, env_prefix="PROG", environ=environ, paths=[], dotenv=None)
    >>> config.slice("limits", Limits).per_minute, str(config.origin("limits.per_minute"))
    (5, 'environment PROG_LIMITS_RATE')
    """

    __slots__ = ("names",)

    def __init__(self, *names: str) -> None:
        self.names = names

    def __repr__(self) -> str:
        """Write it as it is declared."""
        return f"Was({', '.join(map(repr, self.names))})"
