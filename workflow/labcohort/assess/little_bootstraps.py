"""Resamples of a cohort of any size, at the cost of a part of it: a bag of little bootstraps.

Kleiner A, Talwalkar A, Sarkar P, Jordan MI. A scalable bootstrap for massive data. J R Stat Soc B
2014;76:795-816: each of some disjoint random subsets of the persons stands for all of them, and
is resampled as often as there are persons in all, as counts over its own persons. How far a
statistic of the resamples lies from that of the subset is how far that of all persons may lie
from the truth. Three things are done otherwise than there:

- Subsets are drawn by strata. Of the persons on whom a selection turns every subset has so many
  that a median among them moves in small steps: all, where they are few. Of the others it has
  fewer: they come into means, SDs and correlations alone.
- The counts of the persons are independent Poisson numbers (Hanley JA, MacGibbon B. Comput Methods
  Programs Biomed 2006;83:57-62): the draws of a resample are n but for their square root.
- The deviations of all subsets are put together before percentiles are taken: the ends of each
  subset's few resamples would be too near to each other.

A subset has fewer different values than all persons, by which intervals of medians become wider:
by nothing where all who are concerned are in it, by a tenth or less among hundreds of thousands.
"""

import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import pdtr

from labcohort.assess.resampling import BLOCK

SUBSETS = 20
# of n persons on whom a selection turns, a subset has n to this power (the authors tried .5 to .9)
POWER = 0.7
# and at least so many of them, or all; and so many of the others
CONCERNED, OTHERS = 5_000, 1_000
# a count is one of so many equally likely ones: what a number of 16 bits can choose from
QUANTILES = 2**16


def little_bootstraps(
    concerned: np.ndarray, how_many: int, seed: int, key: str
) -> Iterator[tuple[np.ndarray, Iterator[np.ndarray]]]:
    """Subsets of n persons, and resamples of each: `how_many` in all.

    `concerned`, shape (n,), says on whom a selection turns. Gives the places (b,) of a subset's
    persons among the n, and blocks of counts, shape (1 + resamples, b): the first row is the
    subset itself, how many of the n each of its persons stands for. A subset's blocks are to be
    taken before the next subset: all of them belong to `seed` and the text `key` alone, as in
    `resampling.resamples`.
    """
    stream = np.random.Generator(np.random.PCG64(seed + zlib.crc32(key.encode())))
    places = [stream.permutation(np.flatnonzero(own)) for own in (concerned, ~concerned)]
    least = (max(CONCERNED, round(places[0].size ** POWER)), OTHERS)
    strata = [_stratum(*each) for each in zip(places, least, strict=True) if each[0].size]
    for subset in range(SUBSETS):
        share = how_many * (subset + 1) // SUBSETS - how_many * subset // SUBSETS
        # a stratum that is too small for disjoint parts is gone through again
        own = [
            s.places.take(np.arange(subset * s.size, (subset + 1) * s.size), mode="wrap")
            for s in strata
        ]
        yield np.concatenate(own), _blocks(strata, share, stream)


class _Stratum(NamedTuple):
    """Persons by place; of them a subset has `size`, each standing for `weight`; `counts` are
    QUANTILES equally likely ones of a person of a subset."""

    places: np.ndarray
    size: int
    weight: float
    counts: np.ndarray


def _stratum(places: np.ndarray, most: int) -> _Stratum:
    size = min(places.size, most)
    return _Stratum(places, size, places.size / size, _poisson(places.size / size))


def _blocks(
    strata: Sequence[_Stratum], how_many: int, stream: np.random.Generator
) -> Iterator[np.ndarray]:
    """The counts of a subset."""
    size = sum(s.size for s in strata)
    in_block = max(1, BLOCK // size)
    for start in range(0, how_many, in_block):
        rows = min(in_block, how_many - start)
        block, end = np.empty((1 + rows, size)), 0
        for s in strata:
            own, end = block[:, end : end + s.size], end + s.size
            own[0] = s.weight
            own[1:] = s.counts[stream.integers(0, QUANTILES, (rows, s.size), np.uint16)]
        yield block


def _poisson(mean: float) -> np.ndarray:
    """QUANTILES equally likely values of a Poisson number, as floats."""
    values = np.arange(mean + 10 * np.sqrt(mean) + 20)
    middles = (np.arange(QUANTILES) + 0.5) / QUANTILES
    return values[np.searchsorted(pdtr(values, mean), middles)]
