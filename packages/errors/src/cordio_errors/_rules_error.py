"""Rules that cannot be followed as they stand together."""

from __future__ import annotations

from cordio_errors._exceptions import ErrorsError

__all__ = ["RulesError"]


class RulesError(ErrorsError, ValueError):
    """Rules that name codes or layers that are not there, with all their mistakes.

    Parameters
    ----------
    problems : tuple of str
        Every mistake: which rule, what, what to write.

    Examples
    --------
    >>> print(RulesError(("the rule at app.py:3 goes to 'checkuot': did you mean 'checkout'?",)))
    the rules have 1 mistake:
      - the rule at app.py:3 goes to 'checkuot': did you mean 'checkout'?
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        """List the mistakes."""
        count = len(self.problems)
        head = f"the rules have {count} mistake{'s' if count != 1 else ''}:"
        return "\n  - ".join((head, *self.problems))
