"""Texts as weighted words, and how much alike they are.

A word weighs (1 + ln f) · (1 + ln((1 + n) / (1 + d))): f times in the text, in d of n texts. Two texts are alike by the
cosine of their weights, 0–1 (Salton and Buckley 1988, Information Processing & Management 24:513–523). Case, accents
and common endings do not matter; words of two letters and those that every text has say nothing.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

_WORD = re.compile(r"[a-z0-9]{3,}")
_STOP = frozenset(
    "the and for from with without into onto over under per via not nor but are was were has have had its their they "
    "them this that these those than then there which who whom whose what when where while will would can could may "
    "might must shall should all any each every both some such more most other others only also very too yet out off "
    "due because since after before during between among about against because being been does did done stated date "
    "dates".split()
)
_ENDINGS = (("ies", "y"), ("ings", ""), ("ing", ""), ("ers", ""), ("er", ""), ("ed", ""), ("es", ""), ("s", ""))
_SHORTEST = 4
"""Letters of a word that an ending leaves over."""


@dataclass(frozen=True)
class Texts:
    """Texts made ready for comparison: a row each, a column for each word, rows of length 1."""

    vectors: sparse.csr_array
    column: dict[str, int]
    weight: npt.NDArray[np.float64]

    def alike(self, text: str) -> npt.NDArray[np.float64]:
        """How much each of the texts is like another one, 0–1."""
        return np.asarray(self.vectors @ self._vector(text), float)

    def common(self, row: int, text: str, most: int = 3) -> list[str]:
        """The words that make a text of these like another one, the weightiest first, as the other one has them."""
        start, end = self.vectors.indptr[row : row + 2]
        here, theirs = self.vectors.indices[start:end], self.vectors.data[start:end]
        shared = theirs * self._vector(text)[here]
        names = {self.column[stem]: word for word, stem in reversed(list(_stems(text))) if stem in self.column}
        order = sorted(range(len(here)), key=lambda at: (-shared[at], names.get(int(here[at]), "")))
        return [names[int(here[at])] for at in order[:most] if shared[at] > 0]

    def _vector(self, text: str) -> npt.NDArray[np.float64]:
        counts = Counter(stem for _, stem in _stems(text))
        vector = np.zeros(len(self.column))
        unknown = 0.0
        for stem, times in counts.items():
            factor = 1 + float(np.log(times))
            if stem in self.column:
                vector[self.column[stem]] = factor * self.weight[self.column[stem]]
            else:
                unknown += (factor * (1 + float(np.log(1 + self.vectors.shape[0])))) ** 2
        length = float(np.sqrt((vector**2).sum() + unknown))
        return vector / length if length else vector


def weigh(texts: Sequence[str]) -> Texts:
    """Make texts ready for comparison.

    Examples:
        >>> found = weigh(["Masks sewn by a textile cluster", "Lorries wait at the border"])
        >>> found.alike("A shortage of mask textiles").round(2).tolist(), found.common(0, "A shortage of mask textiles")
        ([0.49, 0.0], ['mask', 'textiles'])
    """
    counted = [Counter(stem for _, stem in _stems(text)) for text in texts]
    column = {stem: at for at, stem in enumerate(sorted({stem for one in counted for stem in one}))}
    rows = [row for row, one in enumerate(counted) for _ in one]
    columns = [column[stem] for one in counted for stem in one]
    times = np.array([count for one in counted for count in one.values()], float)
    seen = np.bincount(columns, minlength=len(column)) if columns else np.zeros(len(column))
    weight = 1 + np.log((1 + len(texts)) / (1 + seen))
    values = (1 + np.log(times)) * weight[columns] if columns else times
    vectors = sparse.csr_array((values, (rows, columns)), shape=(len(texts), len(column)))
    lengths = np.sqrt((vectors**2).sum(axis=1))
    scale = sparse.diags_array(1 / np.where(lengths > 0, lengths, 1.0))
    return Texts(sparse.csr_array(scale @ vectors), column, np.asarray(weight, float))


@functools.lru_cache(maxsize=20_000)
def _stems(text: str) -> tuple[tuple[str, str], ...]:
    """The words of a text that say something, each with its stem."""
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one))
    return tuple((word, _stem(word)) for word in _WORD.findall(plain) if word not in _STOP)


@functools.lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST - bool(instead):
            word = word.removesuffix(ending) + instead
            break
    return word.removesuffix("e") if len(word) > _SHORTEST else word
