"""The settings refuse what cannot be meant, and show no secret."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cordio_pg import PgSettings

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
