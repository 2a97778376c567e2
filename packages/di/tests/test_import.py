"""What the package costs whoever only imports it, or has its signatures read."""

import inspect
import subprocess
import sys
from collections.abc import Callable

import pytest

import cordio_di
from cordio_di._need import needs


def test_importing_the_package_does_not_import_what_only_a_running_container_needs() -> None:
    heavy = (
        "{'asyncio', 'inspect', 'dataclasses', 'typing', 're', 'ssl', 'logging', 'concurrent.futures', "
        "'importlib.metadata'}"
    )
    code = f"import sys, cordio_di; print(sorted({heavy} & set(sys.modules)))"
    whole = f"import sys; sys.path[:] = {sys.path!r}; {code}"
    told = subprocess.run([sys.executable, "-S", "-c", whole], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def _mixed(a: str, b: int, /, c: bytes, d: str = "", *args: int, e: bool, f: float = 1.0, **rest: int) -> None:
    local = a  # noqa: F841  a local variable is no parameter


def _named_only(*, first: int, second: int = 2) -> None: ...


def _all_default(first: int = 1, /, second: int = 2) -> None: ...


@pytest.mark.parametrize("function", [_mixed, _named_only, _all_default])
def test_the_parameters_of_a_plain_function_are_read_as_inspect_reads_them(
    function: Callable[..., object],
) -> None:
    starred = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    expected = [
        (p.name, p.annotation, p.default is p.empty, p.kind is not inspect.Parameter.POSITIONAL_ONLY)
        for p in inspect.signature(function).parameters.values()
        if p.kind not in starred
    ]
    found = [(n.parameter, n.annotation.type, n.required, n.fillable) for n in needs(function)]
    assert found == expected


def test_every_public_name_is_there_when_it_is_asked_for() -> None:
    code = "import cordio_di; print([n for n in cordio_di.__all__ if not hasattr(cordio_di, n)], cordio_di.x)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "module 'cordio_di' has no attribute 'x'" in told.stderr
    assert set(cordio_di.__all__) <= set(dir(cordio_di))
    assert all(getattr(cordio_di, wanted).__name__ == wanted for wanted in cordio_di.__all__)
