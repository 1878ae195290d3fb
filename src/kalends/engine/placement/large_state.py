"""A placement that is taken apart and put together again, with its cost kept up to date."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kalends.engine.placement.evaluate import evaluate
from kalends.engine.placement.large_board import Board, Place
from kalends.engine.placement.large_pieces import Piece, Pieces
from kalends.engine.placement.problem import Placed, Problem

# What one question to the board takes, all around it included, and what each way and start adds: measured.
QUESTION = 2e-4
CELL = 4e-8

NOWHERE = -1


def effort_of(piece: Piece) -> float:
    """Give what asking the board about all places of a piece takes, in deterministic seconds."""
    return QUESTION + CELL * len(piece.starts) * len(piece.ways)


class State:
    """Every piece has its place, stays at home in conflict, or is left out; `total` is what that costs."""

    def __init__(self, problem: Problem) -> None:
        pieces = Pieces(problem)
        self.scale = pieces.scale
        self.pieces = pieces.pieces
        self.board = Board(pieces)
        # What has nowhere to go stays as it is.
        self.movable = [p for p in self.pieces if p.movable and len(p.starts) and p.ways]
        self.work = 0.0  # deterministic seconds
        self.left: dict[int, Piece] = {}  # not placed: in conflict at home, or nowhere
        self.before: dict[int, Place | None] = {}  # where they were, of those lifted since the trial began
        self._index = {piece.number: index for index, piece in enumerate(self.movable)}
        self._first = np.full(len(self.movable), NOWHERE)  # of each that may move, where it is
        self._last = np.full(len(self.movable), NOWHERE)
        for piece in self.pieces:
            if piece.home is not None:
                self.board.put(piece, Place(piece.home, piece.present, placed=not piece.movable))
        for piece in self.movable:
            self.left[piece.number] = piece
        must = sum(piece.movable and piece.unplaced >= self.scale.missing for piece in self.pieces)
        self.total = self.scale.fold_all(evaluate(problem, self.placed())) + must * self.scale.missing

    def place_of(self, piece: Piece) -> Place | None:
        return self.board.places[piece.number]

    def may_move(self, number: int) -> bool:
        return number in self._index

    def side_by_side(self, start: int, end: int) -> list[Piece]:
        """Give the pieces that may move and are there some time in [start, end)."""
        there = np.flatnonzero((self._first < end) & (self._last > start))
        return [self.movable[index] for index in there.tolist()]

    def remove(self, piece: Piece) -> None:
        """Take off a piece that is put, somewhere or nowhere; once, or the total loses its price twice.

        It has to be put back before the total means anything.
        """
        place = self.place_of(piece)
        if place is not None:
            self.board.take(piece)
        self.total -= self.board.price(piece, place)

    def put(self, piece: Piece, place: Place | None, price: int | None = None) -> None:
        """Put a piece that is off where nothing is in its way, or leave it out."""
        self.total += self.board.price(piece, place) if price is None else price
        if place is not None:
            self.board.put(piece, place)
        index = self._index[piece.number]
        self._first[index] = NOWHERE if place is None else place.start
        self._last[index] = NOWHERE if place is None else place.start + piece.duration
        if place is None or not place.placed:
            self.left[piece.number] = piece
        else:
            self.left.pop(piece.number, None)

    def rebuild(self, waiting: list[Piece]) -> None:
        """Put back pieces that are off, the last first, each where it costs least now.

        One that stays at home in conflict may find there what has arrived meanwhile; that has to go, and
        waits in its turn. As it adds to those that stay, this comes to an end.
        """
        while waiting:
            piece = waiting.pop()
            offer = self.board.cheapest(piece)
            self.work += effort_of(piece)
            home = None if piece.home is None else Place(piece.home, piece.present, placed=False)
            if offer is not None and offer.price <= self.board.price(piece, home):
                self.put(piece, offer.place, offer.price)
                continue
            if home is not None:
                for number in sorted(self.board.in_the_way(piece, home)):
                    self.lift(self.pieces[number])
                    waiting.append(self.pieces[number])
            self.put(piece, home)

    def lift(self, piece: Piece) -> None:
        """Take a piece off, and remember where it was until the trial ends."""
        self.before.setdefault(piece.number, self.place_of(piece))
        self.remove(piece)

    def keep(self) -> None:
        """End a trial: what it changed stays changed."""
        self.before.clear()

    def undo(self) -> None:
        """End a trial: put back all that it lifted."""
        self.return_to(self.before)
        self.before.clear()

    def return_to(self, places: Mapping[int, Place | None]) -> None:
        """Put pieces where they were once, all at the same time."""
        changed = [number for number, place in places.items() if self.board.places[number] != place]
        for number in changed:
            self.remove(self.pieces[number])
        for number in changed:
            self.put(self.pieces[number], places[number])

    def placed(self) -> tuple[Placed, ...]:
        """Give the placement in the words of the problem."""
        return tuple(
            Placed(start=None)
            if place is None or not place.placed
            else Placed(start=place.start, choices=place.way.chosen if piece.movable else ())
            for piece, place in zip(self.pieces, self.board.places, strict=True)
        )
