"""The event loop of a process: uvloop's where it is installed, unless the environment says otherwise."""

import asyncio
import sys

import pytest

from cordio_core import App, CoreError, Exit
from cordio_core._loop import VARIABLE, run


async def _found() -> str:
    return type(asyncio.get_running_loop()).__module__.partition(".")[0]


@pytest.mark.parametrize(("wanted", "loop"), [("", "uvloop"), ("uvloop", "uvloop"), ("asyncio", "asyncio")])
def test_an_application_runs_in_the_loop_that_is_there_and_wanted(
    wanted: str, loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("uvloop")
    monkeypatch.setenv(VARIABLE, wanted)
    assert run(_found) == loop


def test_without_uvloop_the_standard_loop_runs_or_what_is_missing_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    monkeypatch.delenv(VARIABLE, raising=False)
    assert run(_found) == "asyncio"
    monkeypatch.setenv(VARIABLE, "uvloop")
    assert App("orders").run() == Exit.SOFTWARE
    assert capsys.readouterr().err == "CORDIO_LOOP='uvloop', but it is not installed: pip install uvloop\n"


def test_a_loop_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "trio")
    with pytest.raises(CoreError, match="'trio' is no event loop: write 'auto', 'asyncio' or 'uvloop'"):
        run(_found)
