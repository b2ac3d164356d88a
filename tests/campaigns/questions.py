"""Asks the API whatever its description allows and what it forbids: ``python3 tests/campaigns/questions.py 200``.

schemathesis reads the description of a real server on the toy chain with the embedded record, and sends every example,
every bound of every parameter, so many random requests for each operation, and chains of requests that follow from
one another. It ends well if no answer was a fault of the server, undocumented, or of another shape than described.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import served

HERE = Path(__file__).parent
PHASES = "examples,coverage,fuzzing,stateful"


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
    with tempfile.TemporaryDirectory() as folder:
        port = served.free_port()
        server = served.start(f"sqlite:///{folder}/log.sqlite", port)
        try:
            done = ask(f"http://localhost:{port}", examples, seed)
        finally:
            server.terminate()
            server.wait()
    print(done.stdout.decode())
    return done.returncode


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*(given + [200, 1][len(given) :])))
