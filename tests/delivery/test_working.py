"""`muster work` as a process: what it tells of itself, and how it ends."""

import json
import re
import socket
import urllib.request
from typing import Any

import pytest

from tests.rig.ports import free_port
from tests.rig.processes import wait_until
from tests.rig.server import Muster, every_channel


@pytest.fixture
def muster(tmp_path, postgres_url):
    channels = {"simulator": every_channel("http://127.0.0.1:9/")["simulator"]}
    return Muster(tmp_path / "muster", channels, {"database_url": postgres_url, "worker": False})


def told(port: int, path: str) -> Any:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
            return answer.read().decode()
    except OSError:
        return ""


def test_a_worker_tells_its_metrics_and_that_it_is_well(muster):
    port = free_port()
    worker = muster.work("--metrics-port", str(port))
    try:
        wait_until(lambda: '"serves"' in told(port, "healthz"), "it serves", within=60)
        assert json.loads(told(port, "healthz"))["channels"] == {"simulator": "serves"}
        assert json.loads(told(port, "readyz"))["ready"] is True
        metrics = told(port, "metrics")
        assert 'muster_channel_leader{channel="simulator"} 1.0' in metrics
        assert 'muster_outbox_unclear{channel="simulator"} 0.0' in metrics
        assert 'muster_channel_broken{channel="simulator"} 0.0' in metrics
        assert re.search(r"^process_resident_memory_bytes \d", metrics, re.MULTILINE)
        assert told(port, "console/") == "", "it serves nothing else"
    finally:
        worker.stop()
    assert told(port, "healthz") == ""


def test_a_worker_whose_port_is_taken_says_so_and_ends(muster):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        worker = muster.work("--metrics-port", str(port))
        wait_until(lambda: not worker.runs, "it ends", within=60)
    assert f"cannot listen on 127.0.0.1:{port}" in (muster.folder / "work.log").read_text()
