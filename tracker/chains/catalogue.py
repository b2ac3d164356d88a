"""The published tables that can be had by name: where they lie, of which years, under which licence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from graphs.errors import Fault, Faults
from graphs.sources.figaro import read_figaro
from graphs.valuechain import ValueChain
from tracker.chains.reading import TRIED

Read = Callable[[Path, int | None, Callable[[str], None]], ValueChain]


@dataclass(frozen=True)
class Publication:
    """One edition of a table: a file a year.

    ``tried`` says on what the reader was tried, since not every table was at hand.
    """

    name: str
    title: str
    edition: str
    first: int
    last: int
    address: str
    licence: str
    tried: str
    read: Read

    def address_of(self, year: int) -> str:
        """Where the file of a year lies.

        Raises:
            Faults: a year that was not published.

        Examples:
            >>> PUBLICATIONS["figaro"].address_of(2022).rpartition("/")[2]
            'flatfile_eu-ic-io_ind-by-ind_24ed_2022.zip'
        """
        if not self.first <= year <= self.last:
            mend = f"the {self.edition} has {self.first} to {self.last}"
            raise Faults([Fault("", "year", f"{year} is not in {self.title}", mend)])
        return self.address.format(year=year)


PUBLICATIONS = {
    one.name: one
    for one in (
        Publication(
            name="figaro",
            title="Eurostat FIGARO, industry by industry: 46 areas × 64 industries",
            edition="2024 edition",
            first=2010,
            last=2022,
            address="https://ec.europa.eu/eurostat/documents/51957/19579808/"
            "flatfile_eu-ic-io_ind-by-ind_24ed_{year}.zip",
            licence="CC BY 4.0 (Eurostat's reuse policy): cite Eurostat",
            tried=TRIED["figaro"],
            read=read_figaro,
        ),
    )
}
"""Every publication by its name."""
