"""What to take off a placement at once, so that it may be put together better.

Each takes some pieces off, perhaps puts one of them somewhere else, and gives those that are to be put back,
each where it then costs least.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from kalends.engine.placement.large_pieces import Piece
from kalends.engine.placement.large_state import State, effort_of

FEW = 3  # taken off at once, besides the one it began with
MOST_IN_THE_WAY = 5  # that one may push aside

Neighbourhood = Callable[[State, random.Random], list[Piece]]


def anywhere(state: State, draw: random.Random) -> list[Piece]:
    """Take off a few, whichever they are."""
    return _lifted(state, draw.sample(state.movable, min(draw.randint(1, FEW), len(state.movable))))


def side_by_side(state: State, draw: random.Random) -> list[Piece]:
    """Take off one and a few that are there at the same time."""
    seed = any_piece(state, draw)
    place = state.place_of(seed)
    if place is None:
        return _lifted(state, [seed])
    near = [p for p in state.side_by_side(place.start, place.start + seed.duration) if p is not seed]
    return _lifted(state, [seed, *draw.sample(near, min(draw.randint(1, FEW), len(near)))])


def make_room(state: State, draw: random.Random) -> list[Piece]:
    """Put one where it would cost less if others were not there, and take those off."""
    seed = any_piece(state, draw)
    here = state.place_of(seed)
    state.lift(seed)
    wanted = state.board.cheaper(seed, state.board.price(seed, here))
    state.work += effort_of(seed)
    if len(wanted):
        place = state.board.place_at(seed, int(wanted[draw.randrange(len(wanted))]))
        in_the_way = [state.pieces[number] for number in sorted(state.board.in_the_way(seed, place))]
        if len(in_the_way) <= MOST_IN_THE_WAY and all(state.may_move(piece.number) for piece in in_the_way):
            lifted = _lifted(state, in_the_way)
            if state.board.is_open(seed, place):
                state.put(seed, place)
                return lifted
            return [*lifted, seed]
    state.put(seed, here)
    return []


def any_piece(state: State, draw: random.Random) -> Piece:
    """Draw one, every other time one that is not placed."""
    if state.left and draw.random() < 0.5:
        return draw.choice(list(state.left.values()))
    return draw.choice(state.movable)


def _lifted(state: State, pieces: list[Piece]) -> list[Piece]:
    for piece in pieces:
        state.lift(piece)
    return pieces
