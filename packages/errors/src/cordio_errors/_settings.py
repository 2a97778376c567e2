"""The settings of the section `errors`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cordio_errors._exceptions import ErrorsError

__all__ = ["ErrorsSettings", "SettingsError"]

Section = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class ErrorsSettings:
    """What happens when something goes wrong, changed without touching code.

    Parameters
    ----------
    rules : Mapping[str, Mapping[str, object]]
        By exception type (its import path, or its bare name where rules speak of it) or by code of the
        catalogue: ``enabled``, ``answer`` (a code), ``commit`` (a list such as ``log:warning``,
        ``metric:sold_out``, ``trace``), ``level`` (of the log), ``ignore``, ``goto`` (a layer), ``stop``,
        ``halt``, ``retry`` (``attempts``, ``wait``, ``within``, ``nested``, ``budget``; false for none),
        ``breaker`` (``failures``, ``within``, ``open_for``, ``name``; false for none), ``limit`` (a duration;
        false for none).
    catalogue : Mapping[str, Mapping[str, object]]
        Entries of the catalogue, as `Errors.catalogue` takes them.
    handlers : Mapping[str, Mapping[str, Mapping[str, object]]]
        Rules as above for one handler alone, by its qualified name, with or without its module; they count
        for all that goes wrong in it.

    Examples
    --------
    >>> ErrorsSettings(rules={"ConnectionError": {"retry": {"attempts": 5}}}).catalogue
    {}
    """

    rules: Section = field(default_factory=dict)
    catalogue: Section = field(default_factory=dict)
    handlers: Mapping[str, Section] = field(default_factory=dict)


class SettingsError(ErrorsError, ValueError):
    """Settings of the section ``errors`` that cannot be followed, with all their mistakes.

    Parameters
    ----------
    problems : tuple of str
        Every mistake: where, what, what to write.

    Examples
    --------
    >>> print(SettingsError(("errors.rules.KeyError.anser: there is no such key: did you mean 'answer'?",)))
    the settings have 1 mistake:
      - errors.rules.KeyError.anser: there is no such key: did you mean 'answer'?
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        """List the mistakes."""
        count = len(self.problems)
        head = f"the settings have {count} mistake{'s' if count != 1 else ''}:"
        return "\n  - ".join((head, *self.problems))
