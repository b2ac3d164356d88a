"""Shocks from a file: each word as it is meant, every fault with its row, nothing taken from a file that has one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from graphs.errors import Faults
from graphs.shock import Shock
from graphs.sources.shocks import read_shocks
from graphs.valuechain import ValueChain

HEAD = "key,kind,share,start_day,end_day,recovery,recovery_days,buyer"
Read = Callable[..., Shock]


@pytest.fixture
def read(toy: ValueChain, tmp_path: Path) -> Read:
    def read(*rows: str, days: int = 28, step_days: int = 1, head: str = HEAD) -> Shock:
        file = tmp_path / "shocks.csv"
        file.write_text("\n".join([head, *rows]) + "\n", "utf-8")
        return read_shocks(file, toy, days, step_days)

    return read


def test_a_row_is_an_effect(read: Read, toy: ValueChain):
    shock = read("TW_C26,supply,0.4,2,5,,,", "DE_C29,demand,1,0,,none,,")
    assert (shock.steps, shock.step_days, shock.scenarios) == (28, 1, 1)
    first, second = shock.effects
    assert (first.kind, second.kind) == ("supply", "demand")
    assert first.cut[:, 0].tolist() == [0.4 * (key == "TW_C26") for key in toy.keys]
    assert first.active[:, 0].tolist() == [0, 0, 1, 1, 1, 1, *[0] * 22]
    assert (second.active == 1).all()


@pytest.mark.parametrize(
    ("recovery", "after"),
    [
        ("none,", [0, 0, 0, 0, 0]),
        ("linear,3", [0.75, 0.5, 0.25, 0, 0]),
        ("Linear,1", [0.5, 0, 0, 0, 0]),
        ("exponential,2", [20**-0.5, 0.05, 20**-1.5, 0.0025, 20**-2.5]),
    ],
)
def test_the_shapes_of_recovery(read: Read, recovery: str, after: list[float]):
    """The last day of the whole cut is day 1; linear is wholly back on the day after its days; exponential 95 %."""
    active = read(f"TW_C26,supply,0.4,0,1,{recovery},").effects[0].active[:, 0]
    np.testing.assert_allclose(active[:7], [1, 1, *after], atol=1e-12)


def test_a_week_is_the_mean_of_its_days(read: Read):
    daily = read("TW_C26,supply,1,3,9,linear,6,", days=28).effects[0].active[:, 0]
    weekly = read("TW_C26,supply,1,3,9,linear,6,", days=28, step_days=7)
    np.testing.assert_allclose(weekly.effects[0].active[:, 0], daily.reshape(4, 7).mean(axis=1), atol=1e-12)
    assert weekly.effects[0].active[0, 0] == pytest.approx(4 / 7)
    assert read("TW_C26,supply,1,3,9,,,", days=29, step_days=7).steps == 5


def flows_cut(shock: Shock, chain: ValueChain) -> set[tuple[str, str]]:
    (links,) = shock.links(chain)
    pairs = zip(chain.inputs.supplier[links.where], chain.inputs.buyer[links.where], strict=True)
    return {(chain.keys[i], chain.keys[j]) for i, j in pairs}


def test_who_is_no_longer_served(read: Read, toy: ValueChain):
    """A node or a country that is named may be at home; all others are abroad."""
    assert flows_cut(read("TW_C26,link,0.5,0,9,,,DE_C29"), toy) == {("TW_C26", "DE_C29")}
    sold = {toy.keys[j] for j in np.flatnonzero(toy.flows[[9]].toarray()[0])}
    assert flows_cut(read("TW_C26,link,0.5,0,9,,,"), toy) == {("TW_C26", key) for key in sold if key[:2] != "TW"}
    german = {("TW_C26", key) for key in sold if key[:2] == "DE"}
    assert flows_cut(read("TW_C26,link,0.5,0,9,,,DE"), toy) == german
    home = [key for key in sold if key[:2] == "TW" and key != "TW_C26"]
    assert home
    assert flows_cut(read(f"TW_C26,link,0.5,0,9,,,{home[0]}"), toy) == {("TW_C26", home[0])}
    shock = read("TW_C26,link,0.5,0,9,,,DE_C29")
    assert shock.effects[0].links(toy).cut.tolist() == [[0.5]]


def test_a_byte_order_mark_and_columns_in_another_order(read: Read):
    shock = read("0.4,9,0,TW_C26,supply", head="\ufeffshare,end_day,start_day,key,kind")
    assert shock.effects[0].cut.max() == 0.4


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ("XX_C26,supply,0.4,0,9,,,", "key", "'XX_C26' is not in the value chain"),
        (",supply,0.4,0,9,,,", "key", "is empty"),
        ("TW_C26,suply,0.4,0,9,,,", "kind", "'suply' is not known; write supply, demand or link"),
        ("TW_C26,,0.4,0,9,,,", "kind", "is empty"),
        ("TW_C26,supply,1.4,0,9,,,", "share", "1.4 is not a share"),
        ("TW_C26,supply,-0.1,0,9,,,", "share", "-0.1 is not a share"),
        ("TW_C26,supply,nan,0,9,,,", "share", "nan is not a share"),
        ("TW_C26,supply,40 %,0,9,,,", "share", "40 % is not a share"),
        ("TW_C26,supply,,0,9,,,", "share", "is empty"),
        ("TW_C26,supply,0.4,,9,,,", "start_day", "is empty"),
        ("TW_C26,supply,0.4,-1,9,,,", "start_day", "-1 is not a whole number"),
        ("TW_C26,supply,0.4,inf,9,,,", "start_day", "inf is not a whole number"),
        ("TW_C26,supply,0.4,1.5,9,,,", "start_day", "1.5 is not a whole number"),
        ("TW_C26,supply,0.4,28,30,,,", "start_day", "28 is past the horizon of 28 days"),
        ("TW_C26,supply,0.4,5,4,,,", "end_day", "4 is before the start, 5"),
        ("TW_C26,supply,0.4,5,2021-03-01,,,", "end_day", "2021-03-01 is not a whole number"),
        ("TW_C26,supply,0.4,0,9,quick,,", "recovery", "'quick' is not known"),
        ("TW_C26,supply,0.4,0,,linear,5,", "recovery", "no end to recover from"),
        ("TW_C26,supply,0.4,0,9,linear,,", "recovery_days", "is empty"),
        ("TW_C26,supply,0.4,0,9,linear,0,", "recovery_days", "0 is not a number above 0"),
        ("TW_C26,supply,0.4,0,9,,5,", "recovery_days", "is given for no recovery"),
        ("TW_C26,supply,0.4,0,9,,,DE", "buyer", "is given for a cut of supply"),
        ("TW_C26,link,0.4,0,9,,,ZZ", "buyer", "'ZZ' is neither a node nor a country"),
        ("FR_G47,link,0.4,0,9,,,TW_C26", "buyer", "FR_G47 sells nothing to TW_C26"),
    ],
)
def test_a_fault_is_said_with_its_row_and_its_mend(read: Read, row: str, field: str, words: str):
    with pytest.raises(Faults) as found:
        read("TW_C26,supply,0.4,0,9,,,", row)
    (fault,) = found.value.faults
    assert (fault.where, fault.field) == ("shocks.csv row 3", field)
    assert words in str(fault)
    assert fault.mend


def test_all_faults_at_once(read: Read):
    with pytest.raises(Faults) as found:
        read("XX,supply,2,0,9,,,", "TW_C26,link,0.4,9,3,x,,ZZ", days=0, step_days=3)
    fields = [(one.where, one.field) for one in found.value.faults]
    assert fields[:2] == [("", "step-days"), ("", "days")]
    rows = [(where.removeprefix("shocks.csv "), field) for where, field in fields[2:]]
    assert set(rows) == {
        ("row 2", "key"), ("row 2", "share"), ("row 3", "recovery"), ("row 3", "end_day"), ("row 3", "buyer"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("head", "rows", "words"),
    [
        ("key,kind,share,start_day", ["TW_C26,supply,1,0"], "end_day: the column is missing"),
        (HEAD + ",severity", ["TW_C26,supply,1,0,9,,,,1"], "severity: is not a column of shocks"),
        (HEAD + ",key", ["TW_C26,supply,1,0,9,,,,TW_C26"], "key: the column stands twice"),
        (HEAD, [], "rows: there are none"),
        (HEAD, ["", ""], "rows: there are none"),
        (HEAD, ["", "XX,supply,1,0,9,,,"], "row 3, key: 'XX'"),
        ("", [], "cannot be read"),
        (HEAD, ["TW_C26,supply,1,0,9,,,,,,,"], "cannot be read"),
    ],
)
def test_what_is_no_file_of_shocks_is_refused(read: Read, head: str, rows: list[str], words: str):
    with pytest.raises(Faults, match=words):
        read(*rows, head=head)


def test_a_file_that_is_missing(toy: ValueChain, tmp_path: Path):
    with pytest.raises(Faults, match=r"nowhere.csv, file: is missing"):
        read_shocks(tmp_path / "nowhere.csv", toy, 28)
