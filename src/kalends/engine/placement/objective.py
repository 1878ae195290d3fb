"""Costs on levels, packed into as few numbers as a solver can hold, and solved one number after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

WIDEST = 1 << 45
"""How many values one packed number may have; a solver sums it in 64 bits and scales it as a double."""


@dataclass(slots=True)
class Level:
    """A sum of terms, and the least and the most it can come to."""

    terms: list[Any] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)
    first: int = 0
    last: int = 0


@dataclass(slots=True)
class Stage:
    """Consecutive levels as one number: each level counts more than all that follow can come to."""

    levels: list[int]
    units: list[int]  # what 1 on each level is worth

    def unpacked(self, number: int, bases: Sequence[int]) -> list[int]:
        """Give the levels that a packed number stands for, each counted from its base."""
        values = []
        for unit, base in zip(self.units, bases, strict=True):
            value, number = divmod(number, unit)
            values.append(base + value)
        return values


class Objective:
    """What a model costs, level by level."""

    def __init__(self, levels: int) -> None:
        self.levels = [Level() for _ in range(levels)]

    def add(self, level: int, weight: int, term: Any, first: int = 0, last: int = 1) -> None:
        """Count `weight` for each unit of a term, which lies between `first` and `last`."""
        if weight:
            into = self.levels[level]
            into.terms.append(term)
            into.weights.append(weight)
            into.first += weight * first
            into.last += weight * last

    def stages(self) -> list[Stage]:
        """Pack the levels on which anything can differ."""
        groups: list[list[int]] = []
        width = WIDEST + 1
        for number, level in enumerate(self.levels):
            span = level.last - level.first + 1
            if span == 1:
                continue
            if width * span > WIDEST:
                groups.append([])
                width = 1
            width *= span
            groups[-1].append(number)
        return [Stage(levels, self._units(levels)) for levels in groups]

    def _units(self, levels: Sequence[int]) -> list[int]:
        spans = [self.levels[number].last - self.levels[number].first + 1 for number in levels]
        return list(accumulate(reversed(spans[1:]), lambda unit, span: unit * span, initial=1))[::-1]

    def packed(self, stage: Stage) -> list[tuple[Any, int]]:
        """Give the terms of a stage with their weights."""
        return [
            (term, weight * unit)
            for number, unit in zip(stage.levels, stage.units, strict=True)
            for term, weight in zip(self.levels[number].terms, self.levels[number].weights, strict=True)
        ]

    def bases(self) -> list[int]:
        """Give the least that each level can come to."""
        return [level.first for level in self.levels]
