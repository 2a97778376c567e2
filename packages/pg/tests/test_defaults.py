"""What an application says once holds for each of its databases."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordio_pg import EmbeddedRefused, PgSettings, Postgres, _defaults, set_defaults


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Put back what holds."""
    before = _defaults.in_force()
    yield
    _defaults._now = before


def _embedded(**more: object) -> PgSettings:
    return PgSettings.model_validate({"dsn": "embedded", **more})


def test_relative_files_begin_in_the_root_of_the_project(tmp_path: Path) -> None:
    set_defaults(root=tmp_path)
    assert Postgres(_embedded()).settings.data == tmp_path / "var" / "pg"
    assert Postgres(PgSettings(), root=Path("/srv")).settings.migrations == Path("/srv/home/migrations")


@pytest.mark.parametrize("by", ["setting", "default"])
def test_a_private_server_is_refused_in_production(tmp_path: Path, by: str) -> None:
    if by == "default":
        set_defaults(environment="Production")
    settings = _embedded(environment="production" if by == "setting" else "")

    async def main() -> None:
        with pytest.raises(EmbeddedRefused, match="set pg.host or pg.dsn to a server") as refused:
            async with Postgres(settings, root=tmp_path):
                pass
        assert refused.value.exit_code == 78

    asyncio.run(main())
    assert not (tmp_path / "var").exists()


def test_the_settings_say_more_than_the_default(made: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A private server tells at its start what it is for."""
    set_defaults(environment="production")

    async def main() -> None:
        async with Postgres(_embedded(data=made, environment="test")) as pg:
            assert await pg.fetchval("select 1") == 1

    asyncio.run(main())
    assert (
        f"the embedded server in {made} is in use: for development and tests, not for production"
        in caplog.text
    )
