"""A configuration is loaded again when a file changes, and on SIGHUP; an invalid one is kept out."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel, PositiveInt

from cordio_config import Config, ConfigError

if TYPE_CHECKING:
    from packages.config.tests.conftest import Project

LIMIT = 20


class Limits(BaseModel):
    burst: PositiveInt = 1


MODELS = {"limits": Limits}


def burst(config: Config) -> int:
    return config.slice("limits", Limits).burst


def after(config: Config, *steps: Callable[[], object], **rest: Callable[[ConfigError], None]) -> list[int]:
    """Take a step, wait for the new configuration, take the next."""

    async def follow() -> list[int]:
        async with asyncio.timeout(LIMIT):
            async with aclosing(config.watch(interval=0.02, on_invalid=rest.get("on_invalid"))) as changes:
                return [await _next(changes, step) for step in steps]

    return asyncio.run(follow())


async def _next(changes: AsyncGenerator[Config, None], step: Callable[[], object]) -> int:
    waiting = asyncio.ensure_future(anext(changes))
    await _listening()
    step()
    return burst(await waiting)


async def _listening() -> None:
    """Wait until the watchers stand; one in a thread hears no signals."""
    is_main = threading.current_thread() is threading.main_thread()
    while is_main and signal.getsignal(signal.SIGHUP) in (signal.SIG_DFL, signal.SIG_IGN):
        await asyncio.sleep(0)


def test_a_changed_a_new_and_a_vanished_file_count(project: Project) -> None:
    file = project.file("config/main.yaml", "limits: {burst: 2}")
    config = project.load(MODELS)
    assert after(
        config,
        lambda: project.file("config/main.yaml", "limits: {burst: 3}"),
        lambda: project.file(".env", "PROG_LIMITS_BURST=4"),
        (project.root / ".env").unlink,
        file.unlink,
        lambda: project.file("config/deep/main.json", '{"limits": {"burst": 6}}'),
    ) == [3, 4, 3, 1, 6]
    assert burst(config) == 2


def test_an_editor_that_puts_a_new_file_in_place_is_seen(project: Project) -> None:
    file = project.file("config/main.yaml", "limits: {burst: 2}")

    def replace() -> None:
        other = project.file("config/main.yaml~", "limits: {burst: 3}")
        times = file.stat()
        os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
        os.replace(other, file)

    assert after(project.load(MODELS), replace) == [3]


def test_a_turned_link_of_a_folder_is_seen(project: Project) -> None:
    """As Kubernetes mounts a ConfigMap: main.yaml -> ..data/main.yaml, ..data -> ..1."""
    project.file("config/..1/main.yaml", "limits: {burst: 2}")
    project.file("config/..2/main.yaml", "limits: {burst: 3}")
    folder = project.root / "config"
    (folder / "..data").symlink_to("..1")
    (folder / "main.yaml").symlink_to("..data/main.yaml")

    def turn() -> None:
        (folder / "..data_tmp").symlink_to("..2")
        os.replace(folder / "..data_tmp", folder / "..data")

    assert after(project.load(MODELS), turn) == [3]


def test_an_invalid_configuration_is_kept_out_and_reported(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    project.file("config/main.yaml", "limits: {burst: 2}")
    told: list[ConfigError] = []

    def mend(error: ConfigError) -> None:
        told.append(error)
        project.file("config/main.yaml", "limits: {burst: 40}")

    config = project.load(MODELS, on_invalid="stop")
    wrong = lambda: project.file("config/main.yaml", "limits: {burst: -3}")  # noqa: E731
    assert after(config, wrong, on_invalid=mend) == [40]
    assert [one.problems[0].key for one in told] == ["limits.burst"]
    assert "The new configuration is not taken." in caplog.text
    assert "config/main.yaml:1:17: limits.burst is -3" in caplog.text


def test_a_change_before_the_first_look_is_not_missed(project: Project) -> None:
    config = project.load(MODELS)
    project.file("config/main.yaml", "limits: {burst: 7}")
    assert after(config, lambda: None) == [7]


def test_a_hangup_loads_again_though_no_file_changed_and_its_handler_is_put_back(project: Project) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        config = project.load(MODELS)
        assert after(config, lambda: os.kill(os.getpid(), signal.SIGHUP)) == [1]
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_two_may_watch_and_both_hear_a_hangup(project: Project) -> None:
    config = project.load(MODELS)

    async def both() -> list[int]:
        async with asyncio.timeout(LIMIT), aclosing(config.watch()) as one, aclosing(config.watch()) as other:
            waiting = [asyncio.ensure_future(anext(one)), asyncio.ensure_future(anext(other))]
            await _listening()
            os.kill(os.getpid(), signal.SIGHUP)
            return [burst(found) for found in await asyncio.gather(*waiting)]

    assert asyncio.run(both()) == [1, 1]


def test_files_are_watched_outside_the_main_thread_too(project: Project) -> None:
    config, found = project.load(MODELS), list[int]()
    change = lambda: project.file("config/main.yaml", "limits: {burst: 8}")  # noqa: E731
    thread = threading.Thread(target=lambda: found.extend(after(config, change)))
    thread.start()
    thread.join(LIMIT)
    assert found == [8]
