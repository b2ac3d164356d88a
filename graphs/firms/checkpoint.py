"""What a long run has done so far, in a file: whole or not at all, and only for the same inputs and settings."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graphs.errors import Fault, Faults
from graphs.firms.network import FirmNetwork
from graphs.valuechain import Floats, Integers


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Losses (k × 3) and steps (k) by scenario; no steps: not done yet. Without a file it only remembers."""

    file: Path | None
    mark: str
    loss: Floats
    iterations: Integers

    @classmethod
    def open(cls, file: Path | None, mark: str, count: int) -> Checkpoint:
        """What the file holds, or nothing done yet if there is none.

        Raises:
            Faults: a file that cannot be read, or was written by a run of other inputs or settings.
        """
        if file is None or not file.exists():
            return cls(file, mark, np.zeros((count, 3)), np.zeros(count, np.int64))
        mend = "remove it to begin anew, or run with the inputs and settings that it was written by"
        try:
            with np.load(file, allow_pickle=False) as kept:
                found, loss, iterations = str(kept["mark"]), kept["loss"], kept["iterations"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            raise Faults([Fault(str(file), "checkpoint", "is no checkpoint of a cascade", mend)]) from None
        if found != mark or loss.shape != (count, 3) or iterations.shape != (count,):
            raise Faults([Fault(str(file), "checkpoint", "belongs to other inputs or settings", mend)])
        return cls(file, mark, loss, iterations)

    def add(self, where: Integers, loss: Floats, iterations: Integers) -> None:
        """Remember what is done, and write the file anew beside the old one before it takes its place."""
        self.loss[where], self.iterations[where] = loss, iterations
        if self.file is not None:
            whole = self.file.with_name(f".{self.file.name}.new.npz")
            np.savez(whole, mark=self.mark, loss=self.loss, iterations=self.iterations)
            whole.replace(self.file)


def fingerprint(network: FirmNetwork, positions: Integers, settings: tuple[str, ...]) -> str:
    """A hash of all that results depend on: links, sectors, essentiality, revenues, firms asked for, settings.

    Examples:
        >>> network = FirmNetwork.from_matrix([[0, 3.0], [0, 0]], ["a", "b"])
        >>> one, other = (fingerprint(network, np.arange(2), (mode,)) for mode in ("linear", "leontief"))
        >>> one == other
        False
    """
    digest = hashlib.sha256("\0".join(("cascade 1", *settings)).encode())
    for part in (network.keys, network.firms.sector):
        digest.update("\0".join(part.astype(str)).encode() + b"\1")
    arrays = [network.links.indptr, network.links.indices, network.links.data, network.revenue_or_sales, positions]
    if network.essential is not None:
        arrays.append(network.essential_codes)
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes() + b"\1")
    return digest.hexdigest()
