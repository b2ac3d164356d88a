"""What the models assume: each with unit and basis, and refused where the model would break."""

import dataclasses
import math
from typing import Any

import pytest

from graphs.assumptions import MODELS, Ario, Inoperability
from graphs.method import Method


@pytest.mark.parametrize("of", [Ario, Inoperability])
def test_each_has_a_basis(of: type):
    for field in dataclasses.fields(of):
        assert len(field.metadata["basis"]) > 3
        assert field.metadata["unit"] or field.name == "orders_by_capacity"


@pytest.mark.parametrize(
    "values",
    [
        {"psi": 0.0},
        {"psi": 1.01},
        {"psi": math.nan},
        {"stock_days_goods": 1.0},
        {"stock_days_flows": 0.0},
        {"stock_days_services": math.nan},
        {"stock_days_of": (("C26", 1.1),)},
        {"binding_share": -0.1},
        {"substitution_share": 1.1},
        {"alpha_base": 0.9},
        {"alpha_max": 0.99},
        {"alpha_max": math.inf},
        {"alpha_days": 0.0},
        {"restock_days": 0.5},
        {"restock_days": math.nan},
    ],
    ids=str,
)
def test_ario_refuses_what_breaks_it(values: dict[str, Any]):
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        Ario(**values)


@pytest.mark.parametrize(
    "values", [{"recovered_share": 1.0}, {"recovered_share": 0.0}, {"recovery_days": 0.0}], ids=str
)
def test_inoperability_refuses_what_breaks_it(values: dict[str, Any]):
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        Inoperability(**values)


def test_a_model_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="model 'magic' is not known: give one of inventories, ario"):
        Method(model="magic")
    assert [Method(model=name).model for name in MODELS] == list(MODELS)


def test_the_table_shows_those_of_a_model_under_its_name():
    given = Method(ario=Ario(psi=0.9, stock_days_of=(("C26", 20.0), ("A", math.inf))))
    values = given.table().set_index("name").value
    assert values["ario.psi"] == "0.9"
    assert values["ario.stock_days_of"] == "C26 20; A inf"
    assert Method().table().set_index("name").value["ario.stock_days_of"] == "none"
