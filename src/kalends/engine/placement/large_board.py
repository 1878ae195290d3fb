"""Where everything stands during a search, and what every other place of an activity would cost.

What is hard is kept as bit masks, a bit for each grain: a lane knows at which grains it is full, and shifting
that mask over itself gives all the starts that it closes. What is soft is kept as tolls, a matrix of rows x
grains (see `Toll`): the sum of an activity's rows, summed up over its duration, is what it would pay at every
start. So one question, "where is the cheapest place for this?", looks at all starts and all rooms in a
fraction of a millisecond, and never at the other activities one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from kalends.engine.placement.large_pieces import Column, Piece, Pieces, Toll, Way
from kalends.engine.placement.large_tracks import Footing, Track, mask, spread, yields
from kalends.engine.placement.problem import Limit
from kalends.engine.span_columns import IntColumn


class Place(NamedTuple):
    """Where one activity stands."""

    start: int
    way: Way
    placed: bool = True  # False: it stays at home, in conflict

    def footing(self, piece: Piece, kept: bool = True) -> Footing:
        if not self.placed:
            return Footing.STAYING
        return Footing.SETTLED if kept and self.start == piece.home else Footing.ARRIVED


class Offer(NamedTuple):
    """A place that is to be had, and what it costs."""

    price: int
    place: Place


class Board:
    """The present placement of all pieces."""

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces.pieces
        self.lanes = pieces.lanes
        self.limits = pieces.limits
        self.places: list[Place | None] = [None] * len(self.pieces)
        self.tracks = [Track(capacity=lane.capacity, gap=lane.gap) for lane in pieces.lanes]
        self._lane_tolls = pieces.lane_tolls
        self._tolls: Column = np.zeros((pieces.rows, pieces.horizon), dtype=pieces.scale.dtype)
        self._bytes = pieces.horizon // 8 + 1
        self._never = 2 * pieces.scale.missing  # more than any place costs
        self._over = [pieces.scale.fold(limit.over) for limit in pieces.limits]
        self._starting: list[dict[int, Footing]] = [{} for _ in pieces.limits]
        # Lanes on which it matters who comes close, with the stays of all their users, soft ones too.
        self._crowded = {
            number: pieces.scale.fold(lane.crowded)
            for number, lane in enumerate(pieces.lanes)
            if lane.crowded is not None and lane.wished_gap
        }
        self._near: dict[int, dict[int, tuple[int, int]]] = {lane: {} for lane in self._crowded}

    # Changing

    def put(self, piece: Piece, place: Place) -> None:
        number, start, way = piece.number, place.start, place.way
        self.places[number] = place
        end = start + piece.duration
        footing = place.footing(piece)
        for lane in piece.hard:
            track = self.tracks[lane]
            track.put(number, mask(start, end + track.gap), footing)
        for lane, kept in zip(way.lanes, way.kept, strict=True):
            track = self.tracks[lane]
            track.put(number, mask(start, end + track.gap), place.footing(piece, kept))
        self._leave(piece, place, 1)
        for number_of_limit in piece.limits:
            if _counts(self.limits[number_of_limit], start):
                self._starting[number_of_limit][number] = self._footing_in(number_of_limit, piece, place)
        for lane in self._near.keys() & {*piece.hard, *piece.soft, *way.lanes}:
            self._near[lane][number] = start, end

    def take(self, piece: Piece) -> None:
        place = self.places[piece.number]
        assert place is not None
        self.places[piece.number] = None
        for lane in piece.hard:
            self.tracks[lane].take(piece.number)
        for lane in place.way.lanes:
            self.tracks[lane].take(piece.number)
        self._leave(piece, place, -1)
        for limit in piece.limits:
            self._starting[limit].pop(piece.number, None)
        for stays in self._near.values():
            stays.pop(piece.number, None)

    def _leave(self, piece: Piece, place: Place, times: int) -> None:
        start, end = place.start, place.start + piece.duration
        for toll in self._tolls_of(piece, place.way):
            if len(toll.leaves):
                self._tolls[toll.leaves, start:end] += toll.amounts * times

    def _tolls_of(self, piece: Piece, way: Way) -> list[Toll]:
        return [
            piece.toll,
            *(self._lane_tolls[lane] for lane in way.lanes if len(self._lane_tolls[lane].leaves)),
        ]

    # Asking: of a piece that is off the board, and has a start and a way

    def price(self, piece: Piece, place: Place | None) -> int:
        """Give what a place costs the piece and those beside it; that of none, where it is left out."""
        if place is None:
            return piece.unplaced
        start, end = place.start, place.start + piece.duration
        price = place.way.price + piece.price_of_start(start) if place.placed else piece.unplaced
        for toll in self._tolls_of(piece, place.way):
            if len(toll.pays):
                price += int(self._tolls[toll.pays, start:end].sum())
        for number in piece.limits:
            if (
                _counts(self.limits[number], start)
                and len(self._starting[number]) >= self.limits[number].most
            ):
                price += self._over[number]
        if self._near:
            starts = np.array([start])
            for lane in self._near.keys() & {*piece.hard, *piece.soft, *place.way.lanes}:
                price += int(self._crowding(lane, starts, starts + piece.duration)[0])
        return price

    def cheapest(self, piece: Piece) -> Offer | None:
        """Give the cheapest place of all that are free, the first among equals."""
        free = self._free(piece)
        costs = np.where(free, self._costs(piece), self._never)
        best = int(costs.argmin())
        return Offer(int(costs.flat[best]), self.place_at(piece, best)) if free.flat[best] else None

    def cheaper(self, piece: Piece, price: int) -> IntColumn:
        """Give the cells, free or not, that cost less than a price."""
        return np.flatnonzero(self._costs(piece) < price)

    def place_at(self, piece: Piece, cell: int) -> Place:
        """Give the place of a cell of the matrix of ways x starts."""
        way, start = divmod(cell, len(piece.starts))
        return Place(int(piece.starts[start]), piece.ways[way])

    def is_open(self, piece: Piece, place: Place) -> bool:
        """Say whether nothing hard keeps the piece from a place."""
        return next(self._obstacles(piece, place), None) is None

    def in_the_way(self, piece: Piece, place: Place) -> set[int]:
        """Give all that would have to go before the piece may stand at a place."""
        return set().union(*self._obstacles(piece, place))

    def _obstacles(self, piece: Piece, place: Place) -> Iterator[set[int]]:
        """Give, for each lane and limit that is full, those that would have to go, if anybody."""
        kept = [(lane, True) for lane in piece.hard] + list(zip(place.way.lanes, place.way.kept, strict=True))
        for lane, same in kept:
            track, footing = self.tracks[lane], place.footing(piece, same)
            window = mask(place.start, place.start + piece.duration + track.gap)
            if track.closed(footing) & window:
                users = track.users.items()
                yield {n for n, (grains, other) in users if grains & window and yields(other, footing)}
        for number in piece.limits:
            limit, footing = self.limits[number], self._footing_in(number, piece, place)
            if limit.over is None and _counts(limit, place.start) and self._limit_closed(number, footing):
                yield {n for n, other in self._starting[number].items() if yields(other, footing)}

    def _costs(self, piece: Piece) -> Column:
        """Give what each way and start costs, whether free or not: a matrix of ways x starts."""
        first, last = int(piece.starts[0]), int(piece.ends[-1])
        costs = piece.prices
        if len(piece.toll.pays):
            costs = costs + self._along(piece, piece.toll, first, last)
        for number in piece.limits:
            limit = self.limits[number]
            if self._over[number] and len(self._starting[number]) >= limit.most:
                inside = (piece.starts >= limit.first) & (piece.starts < limit.last)
                costs = costs + inside.astype(costs.dtype) * self._over[number]
        for lane in self._crowded.keys() & {*piece.hard, *piece.soft}:
            costs = costs + self._crowding(lane, piece.starts, piece.ends)
        by_way = costs[None, :] + piece.way_prices
        for index, way in enumerate(piece.ways):
            for lane in way.lanes:
                if len(self._lane_tolls[lane].pays):
                    by_way[index] += self._along(piece, self._lane_tolls[lane], first, last)
                if lane in self._crowded:
                    by_way[index] += self._crowding(lane, piece.starts, piece.ends)
        return by_way

    def _along(self, piece: Piece, toll: Toll, first: int, last: int) -> Column:
        """Give the toll summed up over the duration, from each start."""
        summed = np.zeros(last - first + 1, dtype=self._tolls.dtype)
        np.cumsum(self._tolls[toll.pays, first:last].sum(axis=0), out=summed[1:])
        return summed[piece.ends - first] - summed[piece.starts - first]

    def _crowding(self, lane: int, starts: IntColumn, ends: IntColumn) -> Column:
        """Give what others cost that are closer than wished, and do not overlap, at each start."""
        stays = np.array(list(self._near[lane].values()), dtype=np.int64).reshape(-1, 2)
        first, last = np.sort(stays[:, 0]), np.sort(stays[:, 1])
        wished = self.lanes[lane].wished_gap
        near = np.searchsorted(first, ends + wished) - np.searchsorted(last, starts - wished, side="right")
        overlapping = np.searchsorted(first, ends) - np.searchsorted(last, starts, side="right")
        return (near - overlapping).astype(self._tolls.dtype) * self._crowded[lane]

    def _free(self, piece: Piece) -> np.ndarray:
        """Say which starts are open, for each way."""
        open_ = piece.allowed & ~self._closed_starts(piece.hard, piece.duration)
        at_home = piece.home_allowed and self._open_at_home(piece, piece.hard, (True,) * len(piece.hard))
        for number in piece.limits:
            limit = self.limits[number]
            if limit.over is None and self._limit_closed(number, self._limit_footing(number, piece)):
                open_ &= ~mask(limit.first, limit.last)
                at_home = at_home and not _counts(limit, piece.home or 0)
        masks = []
        for way in piece.ways:
            starts = open_ & ~self._closed_starts(way.lanes, piece.duration) if way.lanes else open_
            if piece.home_allowed and piece.home is not None:
                starts &= ~(1 << piece.home)
                if at_home and self._open_at_home(piece, way.lanes, way.kept):
                    starts |= 1 << piece.home
            masks.append(starts.to_bytes(self._bytes, "little"))
        bits = np.frombuffer(b"".join(masks), dtype=np.uint8).reshape(len(masks), self._bytes)
        return np.unpackbits(bits, axis=1, bitorder="little")[:, piece.starts].view(np.bool_)

    def _closed_starts(self, lanes: Iterable[int], duration: int) -> int:
        """Give the starts from which what arrives would find one of the lanes full."""
        full = closed = 0
        for lane in lanes:
            track = self.tracks[lane]
            if track.gap:
                closed |= spread(track.closed(Footing.ARRIVED), duration + track.gap)
            else:
                full |= track.closed(Footing.ARRIVED)
        return closed | spread(full, duration)

    def _open_at_home(self, piece: Piece, lanes: Iterable[int], kept: Iterable[bool]) -> bool:
        assert piece.home is not None
        for lane, same in zip(lanes, kept, strict=True):
            track = self.tracks[lane]
            window = mask(piece.home, piece.home + piece.duration + track.gap)
            if track.closed(Footing.SETTLED if same else Footing.ARRIVED) & window:
                return False
        return True

    def _limit_footing(self, number: int, piece: Piece) -> Footing:
        """Say how a piece that is placed within a limit's window stands there."""
        settled = piece.home is not None and _counts(self.limits[number], piece.home)
        return Footing.SETTLED if settled else Footing.ARRIVED

    def _footing_in(self, number: int, piece: Piece, place: Place) -> Footing:
        return self._limit_footing(number, piece) if place.placed else Footing.STAYING

    def _limit_closed(self, number: int, footing: Footing) -> bool:
        there = list(self._starting[number].values())
        most = self.limits[number].most
        if footing is Footing.ARRIVED or Footing.ARRIVED in there:
            return len(there) >= most
        return footing is Footing.SETTLED and len(there) - there.count(Footing.STAYING) >= most


def _counts(limit: Limit, start: int) -> bool:
    return limit.first <= start < limit.last
