"""The command ``migrate``, as an application offers it."""

from pathlib import Path
from typing import TypeVar

import pytest
from packages.pg.tests.migrating import apart, laid

from cordio_pg import PgSettings
from cordio_pg.migrations import MigrationChanged

pytest.importorskip("click")

from click.testing import CliRunner  # noqa: E402  # only where there is Click

from cordio_pg.migrations._command import migrate  # noqa: E402

T = TypeVar("T")


class Project:
    """A project whose settings are at hand."""

    def __init__(self, root: Path, settings: PgSettings) -> None:
        self.root, self._settings = root, settings

    def settings(self, section: str, model: type[T], /) -> T:
        assert section in ("pg", "pg_reports") and isinstance(self._settings, model)
        return self._settings


@pytest.fixture
def project(settings: PgSettings, tmp_path: Path) -> Project:
    more = {"migrations": Path("home/migrations"), "data_version": Path("etc/data_version")}
    return Project(tmp_path, apart(settings, **more))


def said(project: Project, *arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(migrate, arguments, obj=project, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def test_from_new_to_applied_and_back(project: Project) -> None:
    assert said(project, "status") == "there are no migrations\n"
    assert "0001_orders.sql" in said(project, "new", "Orders")
    assert (project.root / "etc" / "data_version").read_text() == "1\n"
    (project.root / "home/migrations/0001_orders.sql").write_text("create table orders (id int)")
    (project.root / "home/migrations/0001_orders.down.sql").write_text("drop table orders")
    assert said(project, "--dry-run") == said(project, "up", "--dry-run") == "would be applied: 0001_orders\n"
    assert said(project, "status", code=1) == "0001_orders  waiting\n"
    assert said(project) == "applied: 0001_orders\n"
    assert said(project, "up", "--to", "1") == "there is nothing to do\n"
    assert said(project, "--section", "pg_reports", "status").startswith("0001_orders  applied  20")
    assert said(project, "down", "--dry-run") == "would be undone: 0001_orders\n"
    assert said(project, "down") == "undone: 0001_orders\n"
    assert "0002_fill.py" in said(project, "new", "--python", "fill")


def test_what_is_wrong_is_shown_by_status_and_raised_by_the_rest(project: Project) -> None:
    folder = laid(project.root / "home/migrations")
    said(project)
    (folder / "0001_orders.sql").write_text("select 1")
    assert said(project, "status", code=1).startswith("0001_orders  changed")
    with pytest.raises(MigrationChanged):
        said(project)


def test_what_is_half_done_is_settled(project: Project) -> None:
    laid(project.root / "home/migrations", {"0001_a.sql": "-- no transaction\nselect 1; select 1/0"})
    with pytest.raises(Exception, match="0001_a.sql:2: "):
        said(project)
    assert said(project, "status", code=1).startswith("0001_a  half done")
    said(project, "settle", "1", code=2)
    said(project, "settle", "1", "--done")
    assert said(project, "status").startswith("0001_a  applied")


def test_a_dry_run_of_another_command_is_asked_for_behind_it(project: Project) -> None:
    assert "migrate up --dry-run" in said(project, "--dry-run", "down", code=2)
