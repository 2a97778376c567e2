"""The settings refuse what cannot be meant, and show no secret."""

import asyncio
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from cordio_pg import PgSettings, Postgres, QueryError

_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=12, max_size=30)


def test_the_settings_need_nothing() -> None:
    settings = PgSettings()
    assert (settings.host, settings.port, settings.timeout, settings.max_size) == ("127.0.0.1", 5432, 10.0, 10)
    assert settings.where == "127.0.0.1:5432"
    assert not settings.embedded


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"port": 0}, "port"),
        ({"port": 65536}, "port"),
        ({"port": "abc"}, "port"),
        ({"hots": "db"}, "hots"),
        ({"timeout": "soon"}, "timeout"),
        ({"timeout": "0s"}, "timeout"),
        ({"max_size": 0}, "max_size"),
        ({"min_size": 3, "max_size": 2}, "min_size is 3, but max_size is only 2"),
        ({"dsn": "mysql://root@db"}, "dsn"),
    ],
)
def test_a_wrong_value_is_told_with_its_field(given: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError) as error:
        PgSettings.model_validate(given)
    assert told in str(error.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        PgSettings().port = 1


@pytest.mark.parametrize(
    ("dsn", "where"),
    [
        ("postgresql://db", "db:5432"),
        ("postgresql://me:p%40ss@db:5433/orders?sslmode=require", "db:5433"),
        ("postgres://me@/orders?host=/run/postgresql&port=5434", "/run/postgresql:5434"),
        ("postgresql://me:x@a:1,b:2/orders", "a:1,b:2"),
        ("embedded", "the embedded server in var/pg"),
    ],
)
def test_a_server_is_named_by_host_and_port_only(dsn: str, where: str) -> None:
    assert PgSettings.model_validate({"dsn": dsn}).where == where


@given(_WORDS)
def test_a_password_in_an_address_is_never_shown(secret: str) -> None:
    for dsn in (f"postgresql://me:{secret}@db/orders", f"postgresql://me:{quote(secret, '')}@db/orders"):
        try:
            settings = PgSettings.model_validate({"dsn": dsn})
        except ValidationError as error:
            shown = str(error)
        else:
            shown = f"{settings!r} {settings} {settings.where}"
            assert settings.where == "db:5432"
        assert secret not in shown


@pytest.mark.parametrize(
    "secret", ["p@ss", "pa/ss@", "pa#ss", "pa?ss", "pa[ss", "pa\u2100ss", "12/x@", "p@?q"]
)
def test_an_address_with_an_unescaped_password_is_refused_with_a_hint(secret: str) -> None:
    with pytest.raises(ValidationError, match="as in p%40ss for p@ss") as told:
        PgSettings.model_validate({"dsn": f"postgresql://me:{secret}@db/orders"})
    assert f"me:{secret}" not in str(told.value)


@given(_WORDS)
def test_a_password_is_never_shown(secret: str) -> None:
    settings = PgSettings.model_validate({"password": secret})
    assert secret not in f"{settings!r} {settings} {settings.where}"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"dsn": "postgresql://me@prod.db/orders", "host": "db"},
            "dsn is an address, but host is 'db', and the address says 'prod.db': keep one of them",
        ),
        ({"dsn": "postgresql://me@db:5433/orders", "port": 5432}, "port is 5432, and the address says '5433'"),
        ({"dsn": "postgresql://me@db/orders", "user": "you"}, "user is 'you', and the address says 'me'"),
        ({"dsn": "postgresql://db/orders", "database": "x"}, "database is 'x', and the address says 'orders'"),
        ({"dsn": "postgresql://me:s3cret@db", "password": "other"}, "password is another"),
        ({"dsn": "postgresql://db?sslmode=disable", "sslmode": "require"}, "sslmode is 'require'"),
        ({"dsn": "postgresql://a:1,b:2/x", "host": "c,d"}, "host is 'c,d', and the address says 'a,b'"),
        (
            {"dsn": "embedded", "host": "prod.db"},
            "dsn is 'embedded', but host is 'prod.db', which has no meaning",
        ),
        ({"dsn": "embedded", "port": 5433}, "port is 5433, which has no meaning for it"),
        ({"dsn": "embedded", "password": "s3cret"}, "password is another, which has no meaning for it"),
        (
            {"sslrootcert": "ca.pem", "sslmode": "prefer"},
            "'prefer', which verifies nothing, but there is an sslro",
        ),
        ({"sslcert": "me.pem", "sslmode": "disable"}, "sslmode is 'disable', but there is an sslcert"),
        ({"sslkey": "me.key"}, "there is an sslkey, but no sslcert"),
        ({"sslmode": "verify"}, "sslmode"),
    ],
)
def test_settings_that_disagree_are_a_mistake_that_says_so(given: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError) as error:
        PgSettings.model_validate(given)
    assert told in str(error.value)
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize(
    "given",
    [
        {"dsn": "postgresql://me:p%40ss@db:5433/orders", "host": "db", "port": 5433, "password": "p@ss"},
        {"dsn": "postgresql://db/orders", "user": "me", "port": 5433},
        {"dsn": "postgresql://[::1]:5433/orders", "host": "::1"},
        {"dsn": "postgresql:///orders?host=/run/postgresql", "host": "/run/postgresql"},
        {"dsn": "embedded", "host": "127.0.0.1", "user": "me", "database": "orders"},
        {"dsn": "", "host": "db"},
    ],
)
def test_settings_that_say_the_same_or_complete_each_other_are_fine(given: dict[str, object]) -> None:
    settings = PgSettings.model_validate(given)
    assert settings.dsn is not None or settings.where == "db:5432"


def test_relative_files_begin_where_they_are_told(tmp_path: Path) -> None:
    settings = PgSettings(dsn=SecretStr("embedded"), sslrootcert=Path("/etc/ca.pem"))
    below = settings.below(tmp_path)
    assert (below.data, below.sslrootcert) == (tmp_path / "var/pg", Path("/etc/ca.pem"))
    assert repr(Postgres(settings, root=tmp_path)) == f"Postgres(the embedded server in {tmp_path}/var/pg)"


@pytest.mark.parametrize("program", ["up.py", "home/app.py"])
def test_relative_files_follow_the_project_and_not_the_working_directory(tmp_path: Path, program: str) -> None:
    code = "from cordio_pg import *; print(Postgres(PgSettings(dsn='embedded')))"
    (tmp_path / "orders/home").mkdir(parents=True)
    for name in ("up.py", "home/app.py", "../alone.py"):
        (tmp_path / "orders" / name).write_text(code)

    def told(file: Path) -> str:
        command = [sys.executable, str(file)]
        return subprocess.run(command, cwd="/", capture_output=True, text=True, check=True).stdout.strip()

    place = tmp_path / "orders/var/pg"
    assert told(tmp_path / "orders" / program) == f"Postgres(the embedded server in {place})"
    assert told(tmp_path / "alone.py") == "Postgres(the embedded server in var/pg)"


def test_what_the_server_is_told_at_connecting_is_in_force(settings: PgSettings) -> None:
    told = {"search_path": "sales, public", "statement_timeout": "50ms", "application_name": "orders"}

    async def main() -> None:
        whole = {"port": settings.port, "password": settings.password, **told}
        async with Postgres(PgSettings.model_validate(whole)) as pg:
            for name, value in told.items():
                assert await pg.fetchval(f"show {name}") == value
            async with pg.connection() as connection:
                await connection.execute("set search_path to other")
            assert await pg.fetchval("show search_path") == "sales, public"
            with pytest.raises(QueryError) as late:
                await pg.fetchval("select pg_sleep(60)")
            assert late.value.sqlstate == "57014"

    asyncio.run(main())


def test_a_field_fills_what_the_address_leaves_out(settings: PgSettings) -> None:
    given = {"dsn": f"postgresql://127.0.0.1:{settings.port}", "user": "postgres", "database": "template1"}
    assert settings.password is not None

    async def main() -> object:
        whole = PgSettings.model_validate({**given, "password": settings.password})
        async with Postgres(whole) as pg:
            return await pg.fetchval("select current_database()")

    assert asyncio.run(main()) == "template1"


def test_several_databases_are_services_of_their_own_names(settings: PgSettings) -> None:
    di = pytest.importorskip("cordio_di")
    reports = settings.model_copy(update={"database": "template1"})
    sections = {"pg": settings, "pg_reports": reports}

    class Sections:
        def slice(self, section: str, model: type) -> object:
            assert model is PgSettings
            return sections[section]

    container = di.Container(discover=False)
    container.value("config", Sections())
    container.service(Postgres, name="pg")
    container.service(Postgres, name="pg_reports")

    @container.inject  # type: ignore[untyped-decorator]  # cordio_di may not be there
    async def databases(pg: Postgres, pg_reports: Postgres) -> list[object]:
        return [await one.fetchval("select current_database()") for one in (pg, pg_reports)]

    async def main() -> object:
        async with container:
            return await databases()

    assert asyncio.run(main()) == ["postgres", "template1"]
