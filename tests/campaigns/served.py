"""A real server, ``python3 -m tracker serve``, on the toy chain: it can be killed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request

from graphs.classification import DATA


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def start(url: str, port: int) -> subprocess.Popen[bytes]:
    """Start one on a log, and wait until it answers."""
    said = {"TRACKER_DATABASE_URL": url, "TRACKER_CHAIN": str(DATA / "toy"), "TRACKER_PORT": str(port)}
    command = [sys.executable, "-m", "tracker", "serve"]
    server = subprocess.Popen(command, env=os.environ | said, stdout=subprocess.DEVNULL)
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"http://localhost:{port}/api/v1/changes?limit=1", timeout=60).close()
            return server
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server does not start")
