"""No secret leaves the process, wherever it stands."""

import asyncio
import dataclasses
import http
import io
import logging
import pickle
import uuid
from collections import OrderedDict, deque, namedtuple
from collections.abc import Callable
from functools import partial
from typing import Literal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from packages.monitor.tests.doubles import Collected

from cordio_monitor import LogSettings, Monitor, log, mask, span
from cordio_monitor.sinks import Console

CANARY = "c4n4ryXq7"
CARD = "4111 1111 1111 1111"


class Secret:
    """As pydantic's ``SecretStr``, whose text is not hidden here."""

    def get_secret_value(self) -> str:
        return CANARY

    def __repr__(self) -> str:
        return CANARY


@dataclasses.dataclass
class Account:
    user: str
    password: str
    pin: str = dataclasses.field(default=CANARY, repr=False)


Login = namedtuple("Login", "user password")

NAMES = (
    "password PASSWD db_password dbPassword userpassword passwordHash pwd secret client-secret "
    "clientSecret token access_token accessToken accesstoken X-Auth-Token api_key API-Key apikey "
    "x.api.key Authorization Proxy-Authorization cookie Set-Cookie dsn SENTRY_DSN private_key "
    "secretAccessKey AWS_SECRET_ACCESS_KEY session_id credentials passphrase csrf_token PassWord"
).split()


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert mask({name: CANARY}) == {name: "***"}
    assert mask({name.encode(): CANARY}) != {}
    assert CANARY not in str(mask({name.encode(): CANARY}))


@pytest.mark.parametrize(
    "name",
    [
        "tokenizer",
        "secretary",
        "compass",
        "passenger",
        "cookies_ok"[-2:],
        "description",
        "sku",
        "monkey",
        "author",
        "path",
    ],
)
def test_a_name_that_only_contains_such_a_word_is_left_alone(name: str) -> None:
    assert mask({name: "value"}) == {name: "value"}


def test_whether_there_is_a_secret_is_none() -> None:
    assert mask({"password": None, "token": False}) == {"password": None, "token": False}
    assert mask({"password": 1234}) == {"password": "***"}


TEXTS = (
    f"password={CANARY}",
    f"password = {CANARY}, user=ann",
    f"user=ann&password={CANARY}&x=1",
    f"GET /login?token={CANARY} HTTP/1.1",
    f'{{"user": "ann", "password": "{CANARY}"}}',
    f'{{"password":"{CANARY} and \\"{CANARY}\\" more","x":1}}',
    f'{{\\"password\\": \\"{CANARY} {CANARY}\\"}}',
    f"{{'db': {{'password': '{CANARY} x'}}}}",
    f"data={{'password': '{CANARY}'}}",
    f'{{\\"password\\": \\"a \\\\\\" {CANARY}\\"}}',
    f"password='{CANARY} never closed {CANARY}",
    f"Account(user='ann', password='{CANARY}')",
    f"Account(password={CANARY})",
    f"api_key: {CANARY}",
    f"password:\n  {CANARY}",
    f"password => '{CANARY}'",
    f"if password == '{CANARY}':",
    f'os.environ["DB_PASSWORD"] = "{CANARY}"',
    f"connect(password=b'{CANARY}')",
    f"Authorization: Basic {CANARY}==",
    f"authorization={CANARY}",
    f"Cookie: a=1; session={CANARY}; b=2",
    f"[(b'cookie', b'{CANARY}'), (b'host', b'x')]",
    f"calling with Bearer {CANARY}.abc-def",
    f"bearer\t{CANARY}",
    f"postgresql://ann:{CANARY}@db/orders",
    f"amqp://:{CANARY}@localhost:5672//",
    f"postgresql://ann:p@{CANARY}@db:5432/orders",
    f"postgresql://ann:a/{CANARY}@db:5432/orders",
    f"a://x:{CANARY}@h,b://y:{CANARY}@h",
    f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n{CANARY}\n-----END RSA PRIVATE KEY-----",
    f"-----BEGIN PRIVATE KEY-----\n{CANARY}",
    f"ALTER USER ann WITH PASSWORD '{CANARY}'",
    f"CREATE USER ann IDENTIFIED BY '{CANARY}' ACCOUNT UNLOCK",
    f"the password 'it''s {CANARY}' is wrong",
    f"DETAIL:  Key (api_key)=({CANARY}) already exists.",
    f"Key (email, api_key)=(ann, {CANARY}) already exists",
    f"DefaultEndpointsProtocol=https;AccountName=ann;AccountKey={CANARY}==",
    f"token eyJhbGciOiJIUzI1NiJ9.{CANARY}.{CANARY}",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_secret_in_a_text_is_known_by_what_stands_before_it_or_by_its_look(text: str) -> None:
    for value in (text, [text], {"message": text}, text.encode(), ValueError(text), {text: 1}):
        assert CANARY not in str(mask(value)), mask(value)


@pytest.mark.parametrize(
    "text",
    [
        "placing order 42 for ann",
        "http://localhost:8080/users/ann@example.org",
        "GET /tokenizer?model=bpe&page=2",
        "2026-11-24 04:26:57,123 took=3.2 ms",
        "ratio 0.4111111111111111",
        "at 1700000000000000000 ns, 1700000000000 ms, 20261124042657",
        "order 4111111111111112",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "the bearer of bad news",
        "ключ=значение",
        "",
    ],
)
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "card",
    [
        *(CARD, "4111-1111-1111-1111", "4111111111111111", "4111  1111\u00a01111 1111", "5500 0000 0000 0004"),
        *("340000000000009", "3400 000000 00009", "6011000990139424", "2200000000000004", "30000000000004"),
    ],
)
def test_a_card_number_is_known_by_its_checksum(card: str) -> None:
    for text in (card, f"card {card}", f"{card} 12/27", f"12 {card}", f"card:{card}.", f"x{card}y"):
        assert card not in str(mask(text)) and card[-4:] not in str(mask(text)), mask(text)
    digits = "".join(character for character in card if character.isdigit())
    assert mask([int(digits), float(digits)]) == ["***", "***"]


def test_the_shape_of_data_is_kept() -> None:
    value = {"a": [1, 2.5, None, True], "b": (1, "x"), 3: {"c": []}, "d": float("inf"), "e": 10**13}
    assert mask(value) == value and mask(value) is not value


def test_what_is_no_plain_data_becomes_plain() -> None:
    ident = uuid.UUID(int=5)
    assert mask(Account("ann", CANARY)) == {"user": "ann", "password": "***", "pin": "***"}
    assert mask(Login("ann", CANARY)) == {"user": "ann", "password": "***"}
    assert mask([deque([1]), frozenset([2]), OrderedDict(token=CANARY)]) == [[1], [2], {"token": "***"}]
    assert mask([ident, http.HTTPStatus.OK, Account, b"a"]) == [str(ident), 200, str(Account), "a"]
    assert mask({ident: 1, 4111111111111111: 2}) == {str(ident): 1, "***": 2}
    assert mask([Secret(), {"x": Secret()}]) == ["***", {"x": "***"}]


def test_a_pydantic_model_is_walked() -> None:
    pydantic = pytest.importorskip("pydantic")
    model = pydantic.create_model(
        "Settings", user=(str, ...), password=(str, ...), key=(pydantic.SecretStr, ...)
    )
    assert mask(model(user="ann", password=CANARY, key=CANARY)) == {
        "user": "ann",
        "password": "***",
        "key": "***",
    }


def test_pairs_of_a_name_and_a_value_are_known() -> None:
    headers = [(b"host", b"x"), (b"cookie", CANARY.encode()), ("x-api-key", CANARY), ["token", CANARY]]
    assert mask(headers) == [("host", "x"), ("cookie", "***"), ("x-api-key", "***"), ["token", "***"]]


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ({"name": "password", "value": CANARY}, {"name": "password", "value": "***"}),
        ([{"Key": "API_KEY", "Value": [CANARY]}], [{"Key": "API_KEY", "Value": "***"}]),
        (OrderedDict(header="Cookie", value=CANARY), {"header": "Cookie", "value": "***"}),
        ({("password", 1): CANARY}, {"('password', ***": "***"}),
        ({"name": "colour", "value": "red"}, {"name": "colour", "value": "red"}),
        ({"name": "password", "value": None}, {"name": "password", "value": None}),
        (["login", "--password", CANARY, "--user", "ann"], ["login", "--password", "***", "--user", "ann"]),
        ([b"login", b"--api-key", CANARY.encode()], ["login", "--api-key", "***"]),
        (["login", "--token", "--user", "ann"], ["login", "--token", "--user", "ann"]),
        (["a", "--token=x", "ann"], ["a", "--token=***", "ann"]),
        (["'--password'", f"'{CANARY}'", 3], ["'--password'", "***", 3]),
        (("a", "--password", {"x": CANARY}), ("a", "--password", "***")),
    ],
)
def test_a_secret_is_known_by_the_item_beside_it(value: object, masked: object) -> None:
    assert mask(value) == masked


@pytest.mark.parametrize(
    "name", ["pass", "db_pass", "pass2", "OTP", "sig", "x-amz-signature", "auth", "PHPSESSID"]
)
def test_a_short_name_is_that_of_a_secret_where_it_is_the_last_word(name: str) -> None:
    assert mask({name: CANARY}) == {name: "***"}


@pytest.mark.parametrize(
    "name", ["pass_rate", "bypass", "compass", "signal", "sigterm", "signature_version", "author"]
)
def test_a_name_that_begins_with_a_short_one_is_left_alone(name: str) -> None:
    assert mask({name: "value"}) == {name: "value"} and mask(f"{name}=value") == f"{name}=value"


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.binary(max_size=10)
)
DATA = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner, inner),
        st.dictionaries(st.one_of(st.text(max_size=8), st.integers()), inner, max_size=4),
    ),
    max_leaves=20,
)


def under(name: str, secret: str) -> object:
    return {name: secret}


PLANTS: tuple[Callable[[str], object], ...] = (
    *(partial(under, name) for name in NAMES),
    lambda secret: {"token": {"of": ["course", secret]}},
    lambda secret: f"password={secret}",
    lambda secret: f"see https://ann:{secret}@example.org/x",
    lambda secret: f"Authorization: Bearer {secret}",
    lambda secret: {"headers": [("cookie", f"session={secret}")]},
    lambda secret: RuntimeError(f"token={secret}"),
    lambda secret: Account("ann", secret),
    lambda secret: Secret(),
)


@st.composite
def planted(draw: st.DrawFn) -> object:
    """Data with the canary somewhere in it."""
    value = draw(st.sampled_from(PLANTS))(CANARY)
    for _ in range(draw(st.integers(0, 20))):
        beside = draw(DATA)
        shape = draw(st.integers(0, 3))
        name = draw(st.text(max_size=8))
        value = ([beside, value], {name: value, "beside": beside}, (value, beside, value), [value])[shape]
    return value


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(planted())
@example([[{"x": {"password": CANARY}}]])
def test_a_secret_planted_anywhere_never_comes_out(value: object) -> None:
    assert CANARY not in repr(mask(value))


@pytest.mark.parametrize("form", ["json", "pretty"])
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=40)
@given(value=planted(), text=st.sampled_from(TEXTS))
def test_no_sink_ever_sees_a_secret(form: Literal["json", "pretty"], value: object, text: str) -> None:
    out = io.StringIO()

    async def main() -> None:
        async with Monitor("orders", [Console(out)], LogSettings(format=form)) as monitor:
            with pytest.raises(ValueError), monitor.incoming(f"GET /x?token={CANARY}") as event:
                log.info(text, value=value, **{text: value})
                logging.getLogger("library").warning("%s", text, extra={"value": value})
                event.answered(value)
                with span(text):
                    raise ValueError(text) from RuntimeError(text)

    asyncio.run(main())
    assert out.getvalue().count("\n") >= 4
    assert CANARY not in out.getvalue()


def test_source_lines_of_a_traceback_are_masked() -> None:
    out = io.StringIO()

    async def main() -> None:
        async with Monitor("orders", [Console(out)]) as monitor:
            with pytest.raises(ValueError), monitor.incoming("GET /x"):
                raise ValueError(dict(password="c4n4ryXq7"))

    asyncio.run(main())
    assert "raise ValueError(dict(password=" in out.getvalue() and CANARY not in out.getvalue()


def test_the_exception_of_a_record_is_covered_until_a_sink_reveals_it() -> None:
    kept, raised = Collected(), ValueError("password=open-sesame")

    async def main() -> None:
        async with Monitor(service="orders", sinks=[kept]):
            log.error("failed", error=raised)

    asyncio.run(main())
    record = kept["failed"]
    assert record.exception is not None and record.exception.reveal() is raised
    assert "open-sesame" not in f"{record} {record!r} {record.exception}"
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(record)
