"""Clusters and associations: what they must say, what they lack, and whether a platform would accept a cluster."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.errors import Faults
from graphs.organisation import MEMBERS, STATES, Association, Cluster, acceptance


def faults(kind: type[Cluster | Association] = Cluster, **values: Any) -> list[str]:
    with pytest.raises(Faults) as found:
        kind(**{"name": "Chips"} | values)
    return [str(one) for one in found.value.faults]


def met(**values: Any) -> list[bool | None]:
    return [criterion.met for criterion in acceptance(Cluster("Chips", **values))]


def members(industry: int | None, research: int | None, public: int | None, civil: int | None) -> dict[str, Any]:
    return dict(zip(MEMBERS, (industry, research, public, civil), strict=True))


def test_a_name_is_enough() -> None:
    assert Cluster("Chips").state == Association("Clusters").state == "reported"
    assert faults(name=" ") == ["name: is empty; write the name of the cluster"]
    assert faults(Association, name="") == ["name: is empty; write the name of the association"]


def test_what_a_cluster_lacks() -> None:
    assert Cluster("Chips").missing() == [
        "country", "region", "association", "ecosystems",
        "members_industry", "members_research", "members_public", "members_civil_society",
        "full_time_staff", "website",
    ]  # fmt: skip
    assert "ecosystems" not in Cluster("Chips", industries=("C26",)).missing()
    assert "members_public" not in Cluster("Chips", members_public=0).missing()
    whole = Cluster(
        "Chips", "DE", "DED", "N1", ("Electronics",), **members(9, 8, 7, 6), full_time_staff=0.0, website="https://a.eu"
    )
    assert whole.missing() == []
    assert whole.members == 30


@pytest.mark.parametrize(
    ("country", "region", "fine"),
    [
        ("DE", "DE21", True),
        ("GR", "EL30", True),
        ("GB", "UKI", True),
        ("EU", "DE21", True),
        (None, "DE21", True),
        ("DE", None, True),
        ("FR", "DE21", False),
        ("DE", "EL30", False),
        ("GR", "DE21", False),
    ],
)
def test_a_region_lies_in_its_country(country: str | None, region: str | None, fine: bool) -> None:
    if fine:
        assert Cluster("Chips", country, region).region == region
    else:
        assert faults(country=country, region=region) == [
            f"region: {region} does not lie in {country}; mend the region or the country"
        ]


def test_all_faults_at_once() -> None:
    found = faults(
        country="Narnia",
        region="DE",
        association="the association",
        ecosystems=("Chips",),
        industries=("C 26",),
        members_industry=-1,
        full_time_staff=float("nan"),
        website="a.eu",
        state="member",
    )
    assert [one.partition(":")[0] for one in found] == [
        "country", "region", "association", "ecosystems", "industries", "members_industry", "full_time_staff",
        "website", "state",
    ]  # fmt: skip


def test_every_state_is_taken() -> None:
    assert [Cluster("Chips", state=state).state for state in STATES] == list(STATES)
    assert "withdrawn" in STATES


# Acceptance: staff, members, kinds of member.


@pytest.mark.parametrize(
    ("staff", "accepted"), [(None, None), (0, False), (0.49, False), (0.5, True), (1, True), (12.5, True)]
)
def test_staff(staff: float | None, accepted: bool | None) -> None:
    assert met(full_time_staff=staff)[0] is accepted


@pytest.mark.parametrize(
    ("counts", "enough", "mixed"),
    [
        ((None, None, None, None), None, None),
        ((15, None, None, None), True, None),
        ((14, None, None, None), None, None),
        ((14, 0, 0, 0), False, False),
        ((15, 0, 0, 0), True, False),
        ((14, 1, 0, 0), True, True),
        ((13, 1, 0, 0), False, True),
        ((13, 1, None, 0), None, True),
        ((0, 0, 0, None), None, False),
        ((0, 0, None, None), None, None),
        ((0, 0, 0, 0), False, False),
    ],
)
def test_members_and_kinds_of_member(counts: tuple[Any, ...], enough: bool | None, mixed: bool | None) -> None:
    assert met(**members(*counts))[1:] == [enough, mixed]


@given(cluster=st.from_type(Cluster), counts=st.tuples(*[st.integers(0, 30)] * 4), staff=st.floats(0, 5))
def test_a_verdict_does_not_change_when_the_rest_is_counted(cluster: Cluster, counts: Any, staff: float) -> None:
    """Unknown is neither yes nor no; what is said of the known part holds whatever the rest turns out to be."""
    known = {
        name: count if getattr(cluster, name) is None else getattr(cluster, name)
        for name, count in zip(MEMBERS, counts, strict=True)
    }
    whole = Cluster("Chips", **known, full_time_staff=staff if cluster.full_time_staff is None else 0.7)
    part = Cluster("Chips", **{name: getattr(cluster, name) for name in MEMBERS}, full_time_staff=None)
    for before, after in zip(acceptance(part), acceptance(whole), strict=True):
        assert after.met is not None
        assert before.met in (None, after.met)


def test_the_reasons_are_told() -> None:
    said = [one.text for one in acceptance(Cluster("Chips", **members(12, None, None, 0)))]
    assert said == [
        "full-time staff not known; at least 0.5 are asked for",
        "12 members counted, research, public not known; at least 15 are asked for",
        "1 kinds of member counted, research, public not known; at least 2 are asked for",
    ]
