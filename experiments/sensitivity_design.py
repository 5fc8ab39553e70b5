"""Designs of a sensitivity analysis: which vectors are run, in an order that no estimator may lose.

Vectors are shares of each factor's law, in [0, 1]; what a share stands for is told elsewhere. A design only ever grows
at its end, so that a longer one finds the runs of a shorter one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from experiments.cache import hash_of
from experiments.errors import MissingData

Floats = NDArray[np.float64]
MORRIS, SOBOL, SPREAD = "morris", "sobol", "spread"
METHODS = (MORRIS, SOBOL)
LEVELS = 4
"""Levels of each factor in Morris' design; its steps then are two thirds of a law."""
STEP = LEVELS / (2.0 * (LEVELS - 1))
REPEAT_EVERY = 4
"""Of a design that is spread out, one vector in so many is run on another seed too."""


@dataclass(frozen=True)
class Space:
    """Factors by name, and the group that each belongs to; without groups each factor stands for itself."""

    names: tuple[str, ...]
    groups: tuple[str, ...] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Return what has an index: groups in the order in which they appear, or the factors."""
        return self.names if self.groups is None else tuple(dict.fromkeys(self.groups))

    @property
    def membership(self) -> NDArray[np.int64]:
        """Return the position of each factor's label, shape (factors,)."""
        labels = self.labels
        return np.array([labels.index(label) for label in self.groups or self.names], np.int64)

    def problem(self) -> dict[str, object]:
        """Return the space as SALib takes it; a new one each time, since SALib writes into it."""
        out: dict[str, object] = {
            "num_vars": len(self.names),
            "names": list(self.names),
            "bounds": [[0.0, 1.0]] * len(self.names),
        }
        if self.groups is not None:
            out["groups"] = list(self.groups)
        return out


@dataclass(frozen=True)
class Design:
    """Vectors to run. `u`: shares of the laws, shape (rows, factors); `block`: rows of a trajectory or base sample."""

    method: str
    space: Space
    u: Floats
    seed: int
    block: int
    second_order: bool = False

    def __len__(self) -> int:
        """Return the number of vectors."""
        return len(self.u)

    @property
    def n_blocks(self) -> int:
        """Trajectories or base samples."""
        return len(self.u) // self.block

    @property
    def repeated(self) -> NDArray[np.bool_]:
        """Return which vectors are run on another seed too, for the share of chance, shape (rows,)."""
        place = np.arange(len(self.u)) % self.block
        if self.method == SPREAD:
            return np.asarray(np.arange(len(self.u)) % REPEAT_EVERY == 0, bool)
        return np.asarray((place == 0) | ((place == self.block - 1) & (self.method == MORRIS)), bool)

    def ids(self) -> list[str]:
        """Return the sample id of every row: a hash of its vector and its place, whatever the design's length."""
        common = (self.method, self.space.names, self.space.groups, self.seed, self.second_order)
        return [hash_of(common, row, [f"{share:.12g}" for share in u]) for row, u in enumerate(self.u.tolist())]


def morris_design(space: Space, trajectories: int, seed: int) -> Design:
    """Return Morris' design.

    Parameters
    ----------
    space : Space
        The factors.
    trajectories : int
        Walks over the levels, each of as many steps as there are labels.
    seed : int
        Of the design; 0 is a seed.
    """
    from SALib.sample import morris

    # a generator and not the number: SALib takes some zeros for no seed
    u = morris.sample(space.problem(), trajectories, num_levels=LEVELS, seed=np.random.default_rng(seed))
    return Design(MORRIS, space, np.asarray(u, float), seed, len(space.labels) + 1)


def sobol_design(space: Space, samples: int, seed: int, second_order: bool = False) -> Design:
    """Return Saltelli's design over a scrambled Sobol sequence.

    Parameters
    ----------
    space : Space
        The factors.
    samples : int
        Base samples, a power of two.
    seed : int
        Of the scrambling; 0 is a seed.
    second_order : bool
        With the rows that second-order indices need.
    """
    from SALib.sample import sobol

    if samples < 2 or samples & (samples - 1):
        raise ValueError(f"{samples} base samples; a Sobol sequence is balanced at powers of two only")
    u = sobol.sample(
        space.problem(), samples, calc_second_order=second_order, seed=np.random.default_rng(seed)
    )  # a generator, as above
    n = len(space.labels)
    return Design(SOBOL, space, np.asarray(u, float), seed, 2 * n + 2 if second_order else n + 2, second_order)


def spread_design(space: Space, rows: int, seed: int) -> Design:
    """Return vectors spread evenly over the whole space, to learn an emulator from.

    Parameters
    ----------
    space : Space
        The factors.
    rows : int
        How many.
    seed : int
        Of the scrambling.
    """
    sequence = qmc.Sobol(len(space.names), scramble=True, seed=np.random.default_rng(seed))
    whole = 1 << max(1, (rows - 1).bit_length())
    return Design(SPREAD, space, np.asarray(sequence.random(whole)[:rows], float), seed, 1)


def refuse_if_out_of_order(design: Design, ids: Sequence[str]) -> None:
    """Refuse results that are not those of a design's rows, in its order: an estimator would take them all the same.

    Parameters
    ----------
    design : Design
        What was to be run.
    ids : Sequence[str]
        Sample ids of the results, one a row.

    Raises
    ------
    MissingData
        If a row is missing, stands elsewhere or belongs to another design.
    """
    wanted = design.ids()
    if len(ids) != len(wanted):
        raise MissingData(f"The design has {len(wanted)} rows and the results {len(ids)}. Run the command again.")
    for row, (mine, found) in enumerate(zip(wanted, ids, strict=True)):
        if mine != found:
            where = f"it is row {wanted.index(found)} of the design" if found in wanted else "it is of another design"
            raise MissingData(
                f"Row {row} of the results has the sample id {found}, {mine} is wanted ({where}). Sorted or mixed "
                "results give indices without meaning, so none were computed. Delete the runs and run the command "
                "again."
            )
