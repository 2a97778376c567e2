"""What is secret is hidden wherever the state of an application is written."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_core import Report
from cordio_core.state import Value, plain
from cordio_core.state._mask import is_secret, masked, masked_text

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"postgresql://ann:{SECRET}@db/x", "postgresql://ann:***@db/x"),
        (f"postgresql://ann:p@{SECRET}/@db/x", "postgresql://ann:***@db/x"),
        (f"redis://:{SECRET}@cache:6379/0", "redis://***@cache:6379/0"),
        (f"https://{SECRET}@github.example/x.git", "https://***@github.example/x.git"),
        (f"dbname=x password = {SECRET}", "dbname=x password = ***"),
        (f'{{"client_secret": "{SECRET}"}}', '{"client_secret": ***}'),
        (f"https://x/?access_token={SECRET}", "https://x/?access_token=***"),
        (f"authorization: Bearer {SECRET}{SECRET}", "authorization: ***"),
        (f"Set-Cookie: a=1; id={SECRET}", "Set-Cookie: ***"),
        (f"'Authorization': 'ApiKey {SECRET}'", "'Authorization': ***"),
        ("y" * 7990 + f" amqp://ann:{SECRET}@mq", "y" * 2000 + "…"),
        ("x" * 9000, "***"),
        (f"sent basic {SECRET}{SECRET}==", "sent basic ***"),
        ("eyJhbGciOi.eyJzdWIiOi.sIgNaTuRe", "***"),
        (f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}", "***"),
        ("http://127.0.0.1:8000/orders", "http://127.0.0.1:8000/orders"),
        ("ann@example.org", "ann@example.org"),
        ("etc/main.yaml:3:9", "etc/main.yaml:3:9"),
        ("x" * 3000, "x" * 2000 + "…"),
    ],
)
def test_secrets_are_seen_in_texts_and_other_texts_stay(text: str, shown: str) -> None:
    assert SECRET not in masked_text(text)
    assert masked_text(text) == shown


@pytest.mark.parametrize(
    "name",
    "password PG_PASSWORD db.Passwd userPassword apiKey api-key x_api_key privateKey secret client_secret "
    "token accessToken refresh_tokens Authorization Set-Cookie passphrase pwd credentials "
    "signing_keys".split(),
)
def test_what_stands_under_the_name_of_a_secret_is_hidden(name: str) -> None:
    assert is_secret(name)
    assert SECRET not in json.dumps(masked({"a": [{name: SECRET}]}))


@pytest.mark.parametrize("name", "tokenizer routing_key keyboard passenger user compass secretary key".split())
def test_other_names_hide_nothing(name: str) -> None:
    assert not is_secret(name)


def test_what_is_too_deep_loops_or_raises_is_hidden() -> None:
    class Hostile:
        def __str__(self) -> str:
            raise RuntimeError(SECRET)

    loop: dict[str, object] = {}
    loop["again"] = loop
    assert masked(Hostile()) == "***"
    assert json.dumps(masked(loop)).count("again") < 20
    assert len(masked(list(range(5000)))) == 1000  # type: ignore[arg-type]


_DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner), st.tuples(inner)),
    max_leaves=20,
)


@given(_DATA)
def test_whatever_a_configuration_holds_can_be_written_as_json(value: object) -> None:
    json.dumps(masked(value), allow_nan=False)
    json.dumps(plain(Value("a", value)), allow_nan=False)


@given(
    st.text(alphabet="abcXYZ019!$%^&*()_-+/?#", min_size=1), st.sampled_from(["amqp", "postgresql", "https"])
)
def test_no_password_of_an_address_is_shown(password: str, scheme: str) -> None:
    assert f":{password}@" not in masked_text(f"{scheme}://ann:{password}@host/path").replace(":***@", "")


def test_plain_takes_records_alone() -> None:
    assert plain(Report(took=math.nan))["took"] == "nan"
    with pytest.raises(TypeError, match="give it an instance of a dataclass"):
        plain(Report)
