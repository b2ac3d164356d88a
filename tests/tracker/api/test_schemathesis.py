"""The API is asked whatever its description allows and forbids: a short version of ``tests/campaigns/questions.py``."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import questions
from fastapi import FastAPI

from tracker.desk import Desk


def test_no_answer_is_a_fault_or_not_described(
    tmp_path: Path, toy_desk: Callable[..., Desk], app_of: Callable[..., FastAPI], serve: Callable[[Any], Any]
) -> None:
    """All checks of schemathesis, with questions that are the same in each run; the bounds only in the campaign."""
    desk = toy_desk(tmp_path)
    desk.seed(datetime(2021, 3, 1, tzinfo=UTC))
    with serve(app_of(desk)) as address:
        done = questions.ask(address, examples=2, seed=1, phases="examples,fuzzing,stateful")
    desk.close()
    told = done.stdout.decode()
    assert done.returncode == 0, told
    generated = re.search(r"(\d+) generated, (\d+) passed", told)
    assert generated, told
    assert generated[1] == generated[2]
    assert int(generated[1]) > 100
