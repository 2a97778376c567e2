"""The servers that settings name: one, or several."""

import pytest
from pydantic import ValidationError

from cordio_pg import PgSettings
from cordio_pg._hosts import Place, places


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("db", [("db", 1)]),
        ("db1, db2:5433", [("db1", 1), ("db2", 5433)]),
        ("[::1]:5434,[fe80::2]", [("::1", 5434), ("fe80::2", 1)]),
        ("::1", [("::1", 1)]),
        ("/run/postgresql,db", [("/run/postgresql", 1), ("db", 1)]),
        ("%2Frun%2Fpostgresql", [("/run/postgresql", 1)]),
    ],
)
def test_hosts_are_told_apart_with_their_ports(text: str, found: list[Place]) -> None:
    assert list(places(text, 1)) == found


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("db1,,db2", "write hosts with commas in between, each with its port or without: db1,db2:5433"),
        ("db:port", "the port of 'db' is no number from 1 to 65535: 'port'"),
        ("db:", "the port of 'db' is no number from 1 to 65535"),
        ("db:70000", "the port of 'db' is no number from 1 to 65535: '70000'"),
    ],
)
def test_what_is_no_list_of_hosts_is_refused_with_what_was_expected(host: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        PgSettings(host=host)


def test_several_hosts_are_all_named_in_messages() -> None:
    assert PgSettings(host="db1,db2:5433").where == "db1:5432,db2:5433"
