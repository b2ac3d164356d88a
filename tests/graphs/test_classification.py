"""Codes and names: NACE in every spelling, countries and regions, ecosystems and who belongs to them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphs import classification
from graphs.classification import ECOSYSTEMS, EU27
from graphs.errors import Faults


@pytest.mark.parametrize(
    ("code", "inside"),
    [
        ("C26", "C26"),
        ("26", "C26"),
        ("c26", "C26"),
        (" C26 ", "C26"),
        ("C26.1", "C26"),
        ("C26.11", "C26"),
        ("A1", "A01"),
        ("A", "A01 A02 A03"),
        ("C10-C12", "C10 C11 C12"),
        ("C10-12", "C10 C11 C12"),
        ("C10–C12", "C10 C11 C12"),
        ("C10T12", "C10 C11 C12"),
        ("C10_C12", "C10 C11 C12"),
        ("J62_63", "J62 J63"),
        ("D-E", "D35 E36 E37 E38 E39"),
        ("cars", ""),
        ("", ""),
        ("C34", ""),
        ("C12-C10", ""),
        ("Z", ""),
        ("-", ""),
        ("C26-", ""),
        ("D26", ""),
    ],
)
def test_divisions_in_every_spelling(code: str, inside: str):
    assert classification.divisions(code) == frozenset(inside.split())


def test_every_division_of_the_regulation_is_known(shared: Path):
    """shared/data/classifications/nace_rev2_classes.csv: 88 divisions in 21 sections."""
    table = pd.read_csv(shared / "data/classifications/nace_rev2_classes.csv", dtype=str)
    pairs = set(zip(table.nace1_code, table.nace2_code, strict=True))
    assert len(pairs) == 88
    for section, number in pairs:
        assert classification.divisions(f"{section}{number}") == {f"{section}{number}"}
        assert f"{section}{number}" in classification.divisions(section)
    assert len(classification.divisions("A-U")) == 88


def test_every_industry_of_figaro_and_of_the_estimate_is_understood(shared: Path, estimate):
    """Each is one or more divisions, and no division belongs to two industries."""
    figaro = pd.read_csv(shared / "data/classifications/figaro_industries_nace_rev2_64.csv").code
    for codes in (list(figaro), list(estimate.nodes.industry.unique())):
        inside = [classification.divisions(code) for code in codes]
        assert [code for code, found in zip(codes, inside, strict=True) if not found] == []
        assert sum(len(found) for found in inside) == len(frozenset().union(*inside)) == 88


def test_the_industries_of_the_estimate_are_those_of_its_source(shared: Path):
    """industries.csv lists the WIOD industries in each; the divisions of code and members are the same."""
    table = pd.read_csv(shared / "data/estimate_2014/industries.csv")
    for code, members in zip(table.code, table.wiod56_members, strict=True):
        parts = [classification.divisions(member) for member in members.split()]
        assert classification.divisions(code) == frozenset().union(*parts), code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DE", "DE"),
        ("de", "DE"),
        ("Germany", "DE"),
        ("Allemagne", "DE"),
        ("Deutschland", "DE"),
        ("EL", "GR"),
        ("UK", "GB"),
        ("South Korea", "KR"),
        ("Czech  Republic", "CZ"),
        ("European Union", "EU"),
        ("global", "WORLD"),
        ("Rest of the world", "ROW"),
        ("NA", "NA"),
        ("Narnia", None),
        ("", None),
        ("EZ", None),
        ("ZZ", None),
    ],
)
def test_countries_by_code_and_name(text: str, code: str | None):
    assert classification.country(text) == code


def test_every_country_of_figaro_and_of_the_estimate_is_known(shared: Path):
    """FIGARO writes EL for GR; the EU27 is the same list in all three."""
    figaro = pd.read_csv(shared / "data/classifications/figaro_countries.csv", keep_default_na=False)
    assert {classification.country(code) for code in figaro.code[figaro.group == "EU27"]} == EU27
    ours = pd.read_csv(shared / "data/estimate_2014/countries.csv", keep_default_na=False)
    assert set(ours.alpha2[ours.eu27]) == EU27
    for row in ours.itertuples():
        assert classification.country(row.alpha2) == row.alpha2


def test_every_region_of_the_eu_is_a_place(shared: Path):
    """shared/data/classifications/nuts_2024_labels.csv: levels 1 to 3 of all countries."""
    table = pd.read_csv(shared / "data/classifications/nuts_2024_labels.csv", keep_default_na=False)
    regions = table.NUTS_ID[table.LEVL_CODE > 0]
    assert len(regions) > 1500
    assert [code for code in regions if classification.place(code) != code] == []


@pytest.mark.parametrize("text", ["XX9", "DE21999", "Atlantis", "", "12", "DE-21", "<b>"])
def test_what_is_no_place(text: str):
    assert classification.place(text) is None


@pytest.mark.parametrize(
    ("code", "name"),
    [("DE", "Germany"), ("ROW", "Rest of the world"), ("WORLD", "World"), ("EL30", "Greece, region EL30")],
)
def test_names_of_places(code: str, name: str):
    assert classification.country_name(code) == name


def test_closest_words():
    assert classification.closest("ELECTRONIC", ECOSYSTEMS) == ["Electronics"]
    assert classification.closest("energy", ECOSYSTEMS) == ["Energy-intensive industries", "Energy-renewables"]
    assert classification.closest("textile mills", ECOSYSTEMS) == ["Textiles"]
    assert classification.closest("qqq", ECOSYSTEMS) == []
    assert classification.closest("", ECOSYSTEMS) == []


@pytest.mark.parametrize(
    ("codes", "industry", "share"),
    [
        (["C10"], "C10-C12", 1 / 3),
        (["C10", "C11"], "C10-C12", 2 / 3),
        (["C10", "C10-C11"], "C10-C12", 2 / 3),
        (["C"], "C10-C12", 1),
        (["B-D"], "C26", 1),
        (["C26"], "C27", 0),
        (["cars"], "cars", 1),
        (["cars"], "C29", 0),
        (["C29"], "cars", 0),
    ],
)
def test_coverage_is_the_share_of_divisions_named(codes: list[str], industry: str, share: float):
    assert classification.coverage(codes, industry) == pytest.approx(share, rel=1e-12)


def test_membership_by_hand(tmp_path: Path):
    """C10–C12 with C10 wholly and C11 to a half in Agri-food: (1 + 0.5) / 3; an empty weight is the whole."""
    rows = ["Agri-food,C10,,u,read", "Agri-food,C11,0.5,u,read", "Health,C26,0.2,u,UNVERIFIED guess"]
    file = own(tmp_path, rows)
    shares = classification.membership(["C10-C12", "C26", "cars"], file)
    assert list(shares.columns) == list(ECOSYSTEMS)
    assert shares.loc["C10-C12", "Agri-food"] == pytest.approx(0.5)
    assert shares.loc["C26", "Health"] == pytest.approx(0.2)
    assert shares.to_numpy().sum() == pytest.approx(0.7)
    assert classification.ecosystems(file).verified.tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        (["Electronic,C26,,u,read"], ["own.csv row 2, ecosystem: 'Electronic' is none of the 14; one is Electronics"]),
        (["Health,C99,,u,read"], ["own.csv row 2, nace_division: 'C99' is no division; write C26"]),
        (
            ["Health,C26,1,u,read", "Health,C27,1.5,u,read", "Retail,G47,much,u,read"],
            [
                "own.csv row 3, weight: '1.5' is no share; write 0 to 1, or leave it empty",
                "own.csv row 4, weight: 'much' is no share; write 0 to 1, or leave it empty",
            ],
        ),
    ],
)
def test_faults_of_memberships_are_all_listed(tmp_path: Path, rows: list[str], faults: list[str]):
    with pytest.raises(Faults) as caught:
        classification.membership(["C26"], own(tmp_path, rows))
    assert [str(fault) for fault in caught.value.faults] == faults


def test_an_industry_is_no_more_than_wholly_in_an_ecosystem(tmp_path: Path):
    """A pair that stands twice would count twice: more than the whole of C26 would be cut."""
    with pytest.raises(Faults, match=r"own\.csv row 3"):
        classification.membership(["C26"], own(tmp_path, ["Health,C26,,u,read", "Health,C26,0.5,u,read"]))


def test_a_file_of_memberships_has_its_columns(tmp_path: Path):
    (tmp_path / "own.csv").write_text("ecosystem,division\nHealth,C26\n", "utf-8")
    with pytest.raises(Faults) as caught:
        classification.ecosystems(tmp_path / "own.csv")
    assert [fault.field for fault in caught.value.faults] == ["nace_division", "weight", "source_url", "basis"]


def own(folder: Path, rows: list[str]) -> Path:
    (folder / "own.csv").write_text("ecosystem,nace_division,weight,source_url,basis\n" + "\n".join(rows), "utf-8")
    return folder / "own.csv"


def test_shipped_memberships(shared: Path):
    """The shipped file is the one of the design data; every ecosystem has members, and shares are in 0–1."""
    ours = classification.ecosystems()
    theirs = pd.read_csv(shared / "data/record/ecosystems.csv", keep_default_na=False)
    pd.testing.assert_frame_equal(ours[["ecosystem", "nace_division"]], theirs[["ecosystem", "nace_division"]])
    assert set(ours.ecosystem) == set(ECOSYSTEMS)
    assert all(classification.divisions(code) == {code} for code in ours.nace_division)
    shares = classification.membership(sorted(set(ours.nace_division)))
    assert ((shares >= 0) & (shares <= 1)).all(axis=None)
    assert (shares.sum() > 0).all()
    assert np.isfinite(shares.to_numpy()).all()
