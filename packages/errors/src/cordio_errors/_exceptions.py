"""What goes wrong with this package itself: rules, catalogues and layers that cannot be as written."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "CatalogueError",
    "ControlFlowError",
    "DestinationError",
    "ErrorsError",
    "LayerError",
    "NoSuchLayer",
    "RecorderError",
    "RetryMistake",
    "RuleError",
]


class ErrorsError(Exception):
    """The base of all errors of this package.

    Examples
    --------
    >>> issubclass(RuleError, ErrorsError)
    True
    """


class RuleError(ErrorsError, TypeError):
    """A rule that cannot be as written.

    Parameters
    ----------
    where : str
        The place in the code that declares it.
    what : str
        What is wrong with it.
    cure : str
        What to write.

    Examples
    --------
    >>> str(RuleError("app.py:3", "says nothing", "give it an answer"))
    'the rule at app.py:3 says nothing: give it an answer'
    """

    def __init__(self, where: str, what: str, cure: str) -> None:
        super().__init__(where, what, cure)
        self.where, self.what, self.cure = where, what, cure

    def __str__(self) -> str:
        """Say where, what, and what to do."""
        return f"the rule at {self.where} {self.what}: {self.cure}"


class ControlFlowError(ErrorsError, TypeError):
    """A rule for an exception that steers tasks or the process, and may never be held back.

    Parameters
    ----------
    where : str
        The place in the code that declares the rule.
    kind : type of BaseException
        The refused type.

    Examples
    --------
    >>> print(ControlFlowError("app.py:3", SystemExit))
    the rule at app.py:3 is for SystemExit, which is control flow and always passes: write rules for Exception
    or its subclasses, and clean up with `finally`
    """

    def __init__(self, where: str, kind: type[BaseException]) -> None:
        super().__init__(where, kind)
        self.where, self.kind = where, kind

    def __str__(self) -> str:
        """Say where, which type, and what to do."""
        return (
            f"the rule at {self.where} is for {self.kind.__qualname__}, which is control flow and always "
            "passes: write rules for Exception or its subclasses, and clean up with `finally`"
        )


class RetryMistake(ErrorsError, ValueError):
    """A retry scheme, a limit, a breaker or a budget that cannot be as written.

    Parameters
    ----------
    option : str
        The argument.
    what : str
        What is wrong with it, and what to write.
    scheme : str
        The class that it was given to.

    Examples
    --------
    >>> str(RetryMistake("attempts", "0 is no number of attempts: write 1 or more"))
    'Retry(attempts=...): 0 is no number of attempts: write 1 or more'
    """

    def __init__(self, option: str, what: str, scheme: str = "Retry") -> None:
        super().__init__(option, what, scheme)
        self.option, self.what, self.scheme = option, what, scheme

    def __str__(self) -> str:
        """Say which argument, and what is wrong."""
        return f"{self.scheme}({self.option}=...): {self.what}"


class DestinationError(ErrorsError, ValueError):
    """A destination that facts cannot be committed to.

    Parameters
    ----------
    kind : str
        The function of `to`.
    name : str
        Its argument.
    cure : str
        What to write.

    Examples
    --------
    >>> str(DestinationError("log", "warn", "write one of debug, info, warning, error, critical"))
    "to.log('warn'): write one of debug, info, warning, error, critical"
    """

    def __init__(self, kind: str, name: str, cure: str) -> None:
        super().__init__(kind, name, cure)
        self.kind, self.name, self.cure = kind, name, cure

    def __str__(self) -> str:
        """Say which call, and what to write."""
        return f"to.{self.kind}({self.name!r}): {self.cure}"


class RecorderError(ErrorsError, TypeError):
    """A recorder that cannot be called as one.

    Parameters
    ----------
    recorder : str
        What it is.
    what : str
        Why not, and what to write.

    Examples
    --------
    >>> str(RecorderError("Notes", "has no method `record(incident)`: write one"))
    'Notes cannot take records: it has no method `record(incident)`: write one'
    """

    def __init__(self, recorder: str, what: str) -> None:
        super().__init__(recorder, what)
        self.recorder, self.what = recorder, what

    def __str__(self) -> str:
        """Say which, and why not."""
        return f"{self.recorder} cannot take records: it {self.what}"


class CatalogueError(ErrorsError, ValueError):
    """A catalogue, or the codes that rules take from it, with all its mistakes.

    Parameters
    ----------
    problems : sequence of str
        Every mistake: where, what, what to write.

    Examples
    --------
    >>> print(CatalogueError(["sold_out.http.status: 42 is no status of HTTP: write 100 to 599"]))
    the catalogue has 1 mistake:
      - sold_out.http.status: 42 is no status of HTTP: write 100 to 599
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(tuple(problems))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """List the mistakes."""
        count = len(self.problems)
        head = f"the catalogue has {count} mistake{'s' if count != 1 else ''}:"
        return "\n  - ".join((head, *self.problems))


class LayerError(ErrorsError, TypeError):
    """A layer around something that cannot have one.

    Parameters
    ----------
    layer : str
        The decorator.
    target : str
        What it was put on, and where.
    what : str
        Why not, and what to write.

    Examples
    --------
    >>> print(LayerError("service", "rows (app.py:3)", "is a generator: put the layer on what it calls"))
    @errors.service cannot be put on rows (app.py:3): it is a generator: put the layer on what it calls
    """

    def __init__(self, layer: str, target: str, what: str) -> None:
        super().__init__(layer, target, what)
        self.layer, self.target, self.what = layer, target, what

    def __str__(self) -> str:
        """Say which layer, on what, and why not."""
        return f"@errors.{self.layer} cannot be put on {self.target}: it {self.what}"


class NoSuchLayer(ErrorsError):
    """A rule goes to a layer that is not around the place where the exception was raised.

    Parameters
    ----------
    goto : str
        The layer that the rule names.
    layer : str
        The layer that the exception came out of.
    rule : str
        Where the rule was declared.
    raised : str
        Where the exception was raised.

    Examples
    --------
    >>> print(NoSuchLayer("checkout", "place", "app.py:3", "shop.py:7 in pay"))
    the rule at app.py:3 goes to 'checkout', which is no layer around place, where shop.py:7 in pay raised: put
    @errors.layer('checkout') around that call, or narrow the rule
    """

    def __init__(self, goto: str, layer: str, rule: str, raised: str) -> None:
        super().__init__(goto, layer, rule, raised)
        self.goto, self.layer, self.rule, self.raised = goto, layer, rule, raised

    def __str__(self) -> str:
        """Say where to, from where, by which rule, and what to do."""
        return (
            f"the rule at {self.rule} goes to {self.goto!r}, which is no layer around {self.layer}, where "
            f"{self.raised} raised: put @errors.layer({self.goto!r}) around that call, or narrow the rule"
        )
