"""Choices from a seed, the same on every machine and in every version of Python."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Choices from the words of a seed. Only random() of the library is used: its numbers never change."""

    def __init__(self, *words: object) -> None:
        self._random = random.Random("/".join(map(str, words)))  # noqa: S311 - invented work, no secret

    def below(self, count: int) -> int:
        """A whole number from 0 to count - 1."""
        return int(self._random.random() * count)

    def between(self, first: int, last: int) -> int:
        """A whole number, both ends included."""
        return first + self.below(last - first + 1)

    def one_of(self, things: Sequence[T]) -> T:
        """One of the things."""
        return things[self.below(len(things))]

    def in_any_order(self, things: Sequence[T]) -> list[T]:
        """All of the things, shuffled."""
        rest = list(things)
        return [rest.pop(self.below(len(rest))) for _ in things]

    def parts(self, whole: int, count: int, unit: int) -> list[int]:
        """The whole in so many parts of between one and two and a half shares, all but the last in whole units."""
        weights = [self.between(40, 100) for _ in range(count)]
        cut = [whole * weight // sum(weights) // unit * unit for weight in weights[:-1]]
        return [*cut, whole - sum(cut)]
