"""The records of who is there: cluster organisations, and the national associations that they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from graphs import classification
from graphs.content import (
    Address,
    AnyCount,
    Country,
    Ecosystems,
    Id,
    Industries,
    Long,
    Number,
    Reference,
    Region,
    Text,
    Word,
)
from graphs.errors import Fault
from graphs.record import Record

STATES = ("draft", "reported", "verified", "rejected", "withdrawn")
MEMBERS = {
    "members_industry": "industry",
    "members_research": "research",
    "members_public": "public",
    "members_civil_society": "civil society",
}
"""The fields that count the members of a cluster, with the kind of member that each counts."""

LEAST_STAFF, LEAST_MEMBERS, LEAST_KINDS = 0.5, 15, 2
"""What the European Cluster Collaboration Platform (ECCP) asks of a cluster organisation."""


@dataclass(frozen=True)
class Association(Record):
    """A national association of clusters. A name is enough.

    Raises:
        Faults: every fault of the record at once.

    Examples:
        >>> Association("Clusters of Lithuania", country="LT").missing()
        ['website']
    """

    name: Annotated[str, Text(300, "write the name of the association")]
    country: Annotated[str | None, Country()] = None
    website: Annotated[str, Address()] = ""
    description: Long = ""
    note: Long = ""
    id: Id = ""
    state: Annotated[str, Word(STATES)] = "reported"

    wanted = ("country", "website")


@dataclass(frozen=True)
class Cluster(Record):
    """A cluster organisation. A name is enough.

    ``association`` is the id of a record; members are counted by kind; staff in full-time equivalents.

    Raises:
        Faults: every fault of the record at once.

    Examples:
        >>> Cluster("Bavarian machines", country="DE", region="DE21", members_industry=40).missing()[:3]
        ['association', 'ecosystems', 'members_research']
        >>> Cluster("Bavarian machines", country="FR", region="DE21")
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: region: DE21 does not lie in FR; mend the region or the country
    """

    name: Annotated[str, Text(300, "write the name of the cluster")]
    country: Annotated[str | None, Country()] = None
    region: Annotated[str | None, Region()] = None
    association: Annotated[str, Reference()] = ""
    ecosystems: Ecosystems = ()
    industries: Industries = ()
    members_industry: AnyCount = None
    members_research: AnyCount = None
    members_public: AnyCount = None
    members_civil_society: AnyCount = None
    full_time_staff: Annotated[float | None, Number()] = None
    website: Annotated[str, Address()] = ""
    description: Long = ""
    note: Long = ""
    id: Id = ""
    state: Annotated[str, Word(STATES)] = "reported"

    wanted = ("country", "region", "association", "ecosystems", *MEMBERS, "full_time_staff", "website")

    @property
    def members(self) -> int:
        """Members of every kind, as far as they were counted."""
        return sum(getattr(self, name) or 0 for name in MEMBERS)

    def missing(self) -> list[str]:
        """What the record does not say; industries will do for ecosystems."""
        return [name for name in super().missing() if name != "ecosystems" or not self.industries]

    def rules(self) -> Iterator[Fault]:
        """A region lies in the country, as far as both are known."""
        lies_in, country = classification.country((self.region or "")[:2]), classification.country(self.country or "")
        if lies_in and country not in (None, "EU", lies_in):
            fault = f"{self.region} does not lie in {self.country}"
            yield Fault("", "region", fault, "mend the region or the country")


@dataclass(frozen=True)
class Criterion:
    """One condition of acceptance: whether it is met, None if the record does not say, and why."""

    met: bool | None
    text: str


def acceptance(cluster: Cluster) -> tuple[Criterion, ...]:
    """Whether the ECCP would accept a cluster: staff ≥ 0.5, members ≥ 15, kinds of member ≥ 2.

    Kinds of member that were not counted may have any number of members: what is counted already may be enough, and
    what could still be counted may leave a condition open.

    Examples:
        >>> cluster = Cluster("Chips", full_time_staff=2, members_industry=12, members_research=0, members_public=1)
        >>> for criterion in acceptance(cluster):
        ...     print(criterion.met, criterion.text)
        True 2 full-time staff; at least 0.5 are asked for
        None 13 members counted, civil society not known; at least 15 are asked for
        True 2 kinds of member counted, civil society not known; at least 2 are asked for
    """
    counts = {kind: getattr(cluster, name) for name, kind in MEMBERS.items()}
    unknown = [kind for kind, count in counts.items() if count is None]
    kinds = sum(bool(count) for count in counts.values())
    rest = f" counted, {', '.join(unknown)} not known" if unknown else ""
    staff = cluster.full_time_staff
    return (
        Criterion(
            None if staff is None else staff >= LEAST_STAFF,
            f"{'full-time staff not known' if staff is None else f'{staff:g} full-time staff'}; "
            f"at least {LEAST_STAFF} are asked for",
        ),
        Criterion(
            _reached(cluster.members, LEAST_MEMBERS, open_ended=bool(unknown)),
            f"{cluster.members} members{rest}; at least {LEAST_MEMBERS} are asked for",
        ),
        Criterion(
            True if kinds >= LEAST_KINDS else None if kinds + len(unknown) >= LEAST_KINDS else False,
            f"{kinds} kinds of member{rest}; at least {LEAST_KINDS} are asked for",
        ),
    )


def _reached(counted: int, least: int, *, open_ended: bool) -> bool | None:
    if counted >= least:
        return True
    return None if open_ended else False
