"""Asks the API whatever its description allows and what it forbids: ``python3 tests/campaigns/questions.py 200``.

schemathesis reads the description of a real server on the toy chain with the embedded record, and sends every example,
every bound of every parameter, so many random requests for each operation, and chains of requests that follow from
one another. It ends well if no answer was a fault of the server, undocumented, or of another shape than described.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphs.classification import DATA

HERE = Path(__file__).parent
PHASES = "examples,coverage,fuzzing,stateful"


@contextmanager
def served(**said: str) -> Iterator[str]:
    """The address of a real server with a new log; it is stopped afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "TRACKER_DATABASE_URL": f"sqlite:///{folder}/log.sqlite",
            "TRACKER_CHAIN": str(DATA / "toy"),
            "TRACKER_PORT": str(port),
        }
        server = subprocess.Popen(
            [sys.executable, "-m", "tracker", "serve"],
            env=os.environ | environment | said,
            stdout=subprocess.DEVNULL,
        )
        try:
            yield answering(f"http://localhost:{port}", server)
        finally:
            server.terminate()
            server.wait()


def answering(address: str, server: subprocess.Popen[bytes]) -> str:
    """The address, as soon as somebody answers there."""
    while True:
        assert server.poll() is None, "the server does not start"
        try:
            urllib.request.urlopen(f"{address}/openapi.json", timeout=10).close()
            return address
        except OSError:
            time.sleep(0.1)


def ask(address: str, examples: int, seed: int, phases: str = PHASES) -> subprocess.CompletedProcess[bytes]:
    """Ask so much of each operation. The seed makes the questions the same, as long as the API is."""
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(
            [
                *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
                *("--config-file", str(HERE / "schemathesis.toml"), "run", f"{address}/openapi.json"),
                *("--phases", phases, "--max-examples", str(examples), "--seed", str(seed)),
                *("--continue-on-failure", "--no-color"),
            ],
            cwd=folder,
            env=os.environ | {"SCHEMATHESIS_HOOKS": str(HERE / "plausible.py")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )


def main(examples: int, seed: int) -> int:
    with served() as address:
        done = ask(address, examples, seed)
    print(done.stdout.decode())
    return done.returncode


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*(given + [200, 1][len(given) :])))
