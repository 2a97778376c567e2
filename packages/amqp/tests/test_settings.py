"""The settings of the section."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from cordio_amqp import AmqpSettings
from cordio_amqp._address import address
from cordio_core import Duration

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
VHOSTS = NAMES.filter(lambda name: name not in (".", ".."))  # no URL can have these as a part of its path


def test_the_defaults_are_those_of_a_fresh_broker() -> None:
    settings = AmqpSettings()
    assert settings.where == "127.0.0.1:5672" and settings.who == "guest" and settings.vhost == "/"
    assert settings.password.get_secret_value() == "guest"


def test_durations_are_read_as_people_write_them() -> None:
    settings = AmqpSettings.model_validate({"timeout": "1m30s", "connect_timeout": 2, "heartbeat": "1500ms"})
    assert (settings.timeout, settings.connect_timeout) == (90.0, 2.0)
    assert settings.heartbeat == 2.0, "whole seconds, rounded up: 0 would switch heartbeats off"


@pytest.mark.parametrize(
    "given_, message",
    [
        ({"port": 0}, "port"),
        ({"prot": 5672}, "prot"),
        ({"host": ""}, "host"),
        ({"host": "me@mq.local"}, "host"),
        ({"timeout": "soon"}, "'soon' is no duration"),
        ({"timeout": 0}, "longer than 0"),
        ({"heartbeat": "1d"}, "longer than 65534s"),
        ({"url": "http://u:hush@h/"}, "amqp://user:password@host"),
        ({"url": "amqp://u:hush@"}, "amqp://user:password@host"),
        ({"url": "amqp://u:hu/sh@h/"}, "as %XX"),
        ({"url": "amqp://u:hush@h/#v"}, "as %XX"),
        ({"url": "amqp://u:p@h:hush/"}, "the port must be a number"),
        ({"url": "amqp://u:hush@h:0/"}, "the port must be a number"),
        ({"url": "amqp://u:hush@h:70000/"}, "the port must be a number"),
        ({"url": "amqp://u:hush@[h/"}, "url"),
    ],
)
def test_a_wrong_setting_is_told_without_a_secret(given_: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        AmqpSettings.model_validate(given_)
    assert "hush" not in str(caught.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        AmqpSettings().port = 1


@examples(deadline=None)
@given(NAMES, NAMES, VHOSTS)
def test_any_user_password_and_vhost_reach_the_broker_as_they_are(
    user: str, password: str, vhost: str
) -> None:
    settings = AmqpSettings(user=user, password=SecretStr(password), vhost=vhost)
    _check(settings, user, password, vhost)


@examples(deadline=None)
@given(NAMES, NAMES, VHOSTS)
def test_an_address_means_the_same_as_the_single_settings(user: str, password: str, vhost: str) -> None:
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    settings = AmqpSettings(url=SecretStr(f"amqp://{login}@mq.local/{quote(vhost, safe='')}"))
    _check(settings, user, password, vhost)
    assert settings.where == "mq.local:5672" and settings.who == user


def test_an_address_may_say_more_than_the_settings() -> None:
    given_ = AmqpSettings(url=SecretStr("amqps://u:p@mq.local:99/v?heartbeat=7&cafile=ca.pem"))
    assert address(given_).query == {"heartbeat": "7", "cafile": "ca.pem"} and given_.where == "mq.local:99"
    plain = AmqpSettings(url=SecretStr("amqp://mq.local"), heartbeat=Duration("30s"))
    assert address(plain).query == {"heartbeat": "30"} and plain.who == "guest"


def test_an_address_of_ipv6_can_be_told_from_its_port() -> None:
    assert AmqpSettings(host="::1").where == "[::1]:5672"
    assert AmqpSettings(url=SecretStr("amqp://[::1]:99/")).where == "[::1]:99"
    assert address(AmqpSettings(host="::1")).host == "::1"


def _check(settings: AmqpSettings, user: str, password: str, vhost: str) -> None:
    url = address(settings)
    assert (url.user, url.password) == (user, password)
    seen = "/" if url.path in ("", "/") else url.path[1:].replace("%2F", "/")  # as aiormq reads it
    assert seen == vhost
    assert repr(password) not in repr(settings).replace(repr(user), "").replace(repr(vhost), "")
