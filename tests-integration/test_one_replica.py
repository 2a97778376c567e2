"""A schedule that one of several replicas runs: when that dies, another one takes over."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from service import Service

from tools.servers import PostgreSQL, RabbitMQ

APPLICATION = """
import itertools
import os

from cordio import App
from cordio_core import every

app = App("clock")
turns = itertools.count(1)


def leader(LOCK):
    return LOCK


@app.on(every("50ms", lock=leader))
async def strike(log):
    log.info("struck", by=os.environ["REPLICA"], turn=next(turns))
"""


@pytest.fixture(params=["pg_lock", "amqp_lock"])
def clock(tmp_path: Path, postgres: PostgreSQL, rabbitmq: RabbitMQ, request: pytest.FixtureRequest) -> Path:
    """A project with such a schedule, by either lock."""
    (tmp_path / "home").mkdir()
    (tmp_path / "etc").mkdir()
    (tmp_path / "home" / "app.py").write_text(APPLICATION.replace("LOCK", request.param))
    (tmp_path / "up.py").write_text("from cordio import up\n\nup()\n")
    settings = {"pg": {"dsn": postgres.url}, "amqp": {"url": rabbitmq.url}}
    (tmp_path / "etc" / "main.json").write_text(json.dumps(settings))
    return tmp_path


def test_one_of_two_replicas_runs_it_and_the_other_takes_over_when_that_one_is_killed(clock: Path) -> None:
    port = ("--http-port", "0")
    with Service(clock, *port, environment={"REPLICA": "first"}) as first:
        first.until("struck.*first")
        with Service(clock, *port, environment={"REPLICA": "second"}) as second:
            second.address()
            struck = first.output.count("struck")
            first.until(f'"turn": {struck + 5}')
            assert "struck" not in second.output
            first.tell(signal.SIGKILL)
            second.until("struck.*second")
            second.tell(signal.SIGTERM)
            assert second.ended() == 0, second.output
