"""A small language that says what must hold for each event.

Its grammar is a part of Python's: `ast` reads the text, and only what is listed here is taken from it. Each
part has a kind, known before anything is evaluated, so that a text which is accepted can always be judged. It
becomes a function over columns, so that a year is judged at once. Nothing is ever evaluated as Python.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, reduce
from itertools import pairwise
from typing import Any

import numpy as np

from kalends.engine.constraints.fields import FIELDS, Kind, Situation
from kalends.engine.constraints.rule import Mask
from kalends.kit.errors import InvalidInput

LONGEST = 500  # characters
MOST_PARTS = 200
DEEPEST = 30
_LARGEST = 1_000_000_000

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_TIME = re.compile(r"([0-3]\d|4[0-7]):([0-5]\d)", re.ASCII)

Evaluate = Callable[[Situation], Any]  # a column, or one value for all rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A part of an expression, ready to be evaluated."""

    kind: Kind
    evaluate: Evaluate
    literal: str | None = None  # a text that stands there as it is
    choices: tuple[str, ...] = ()  # all values that it can have; empty: any
    listed: tuple[_Part, ...] | None = None  # what stands in parentheses, each of `kind`


@lru_cache(maxsize=1024)
def compile_expression(text: str) -> Callable[[Situation], Mask]:
    """Make of an expression the function that says of which rows it holds; that function never raises.

    Raises `InvalidInput` for `expression`, with the `position` (of a character, from 1) of what is wrong.
    """
    whole = _Reader(text).read()

    def holds(now: Situation) -> Mask:
        with np.errstate(all="ignore"):
            found = np.asarray(whole.evaluate(now), dtype=bool)
        return np.broadcast_to(found, len(now.agenda)).copy()

    return holds


class _Reader:
    """Reads one expression."""

    def __init__(self, text: str) -> None:
        # On one line, where a column is a position.
        self._text = re.sub(r"[\t\r\n]", " ", text)
        self._source = self._text.lstrip(" ")

    def read(self) -> _Part:
        if not self._source or len(self._text) > LONGEST:
            raise InvalidInput(
                f"An expression has 1 to {LONGEST} characters.", field="expression", position=1
            )
        for place, character in enumerate(self._source):
            if not character.isprintable() or character == "\\":
                raise self._wrong_at(f"there is no place for {character!r}", place)
        try:
            tree = ast.parse(self._source, mode="eval")
        except SyntaxError as error:
            place = (error.offset or len(self._source)) - 1  # no offset: it ends too early
            raise self._wrong_at(f"it cannot be read ({error.msg})", place) from None
        except (ValueError, MemoryError, RecursionError):
            raise self._wrong_at("it cannot be read", 0) from None
        self._must_be_small(tree.body)
        whole = self._part(tree.body)
        if whole.kind is not Kind.BOOL or whole.listed is not None:
            raise self._wrong(tree.body, f"it says {_name(whole)}, and must say what holds")
        return whole

    def _must_be_small(self, root: ast.expr) -> None:
        left: list[tuple[ast.expr, int]] = [(root, 1)]
        parts = 0
        while left:
            node, depth = left.pop()
            parts += 1
            if parts > MOST_PARTS or depth > DEEPEST:
                raise self._wrong(node, "it has too many parts, or they stand too deep in one another")
            within = (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
            left.extend((child, depth + 1) for child in within)

    def _part(self, node: ast.expr) -> _Part:
        match node:
            case ast.BoolOp(op=op, values=values):
                return self._joined(op, values)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                held = self._of(operand, Kind.BOOL).evaluate
                return _Part(kind=Kind.BOOL, evaluate=lambda now: np.logical_not(held(now)))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                number = self._of(operand, Kind.NUMBER).evaluate
                return _Part(kind=Kind.NUMBER, evaluate=lambda now: -number(now))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                act = _ARITHMETIC[type(op)]
                one, two = self._of(left, Kind.NUMBER).evaluate, self._of(right, Kind.NUMBER).evaluate
                return _Part(kind=Kind.NUMBER, evaluate=lambda now: act(one(now), two(now)))
            case ast.Compare():
                return self._comparison(node)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
                return _FUNCTIONS[name](self, node, args)
            case ast.Name(id=name) if name in FIELDS:
                known = FIELDS[name]
                return _Part(kind=known.kind, evaluate=known.column, choices=known.choices)
            case ast.Name(id=name):
                raise self._wrong(node, f"there is no field {name[:40]!r}; there are {', '.join(FIELDS)}")
            case ast.Call(func=ast.Name(id=name)):
                raise self._wrong(node, f"{name[:40]!r} is no function so; there are {', '.join(_FUNCTIONS)}")
            case ast.Tuple(elts=items) | ast.List(elts=items):
                return self._list(node, items)
            case ast.Constant(value=value):
                return self._constant(node, value)
        raise self._wrong(node, f"{self._text_of(node)} is not part of the language")

    def _joined(self, op: ast.boolop, values: Sequence[ast.expr]) -> _Part:
        act = np.logical_and if isinstance(op, ast.And) else np.logical_or
        held = [self._of(value, Kind.BOOL).evaluate for value in values]
        return _Part(kind=Kind.BOOL, evaluate=lambda now: reduce(act, (each(now) for each in held)))

    def _constant(self, node: ast.expr, value: object) -> _Part:
        if isinstance(value, bool):
            return _Part(kind=Kind.BOOL, evaluate=lambda now: value)
        if isinstance(value, int | float):
            if not -_LARGEST <= value <= _LARGEST:
                raise self._wrong(node, f"numbers go up to {_LARGEST}")
            number = float(value)
            return _Part(kind=Kind.NUMBER, evaluate=lambda now: number)
        if isinstance(value, str):
            return _Part(kind=Kind.TEXT, evaluate=lambda now: value, literal=value)
        raise self._wrong(node, f"{self._text_of(node)} is no text, number, True or False")

    def _list(self, node: ast.expr, items: Sequence[ast.expr]) -> _Part:
        parts = tuple(self._part(item) for item in items)
        if not parts:
            raise self._wrong(node, "nothing can be in an empty list")
        for item, part in zip(items, parts, strict=True):
            if part.listed is not None or part.kind is Kind.TEXTS or part.kind is not parts[0].kind:
                raise self._wrong(item, f"a list of {parts[0].kind} cannot hold {_name(part)}")
        return _Part(kind=parts[0].kind, evaluate=lambda now: None, listed=parts)

    def _comparison(self, node: ast.Compare) -> _Part:
        sides = [node.left, *node.comparators]
        parts = [self._part(side) for side in sides]
        held = [
            self._compared(op, side, left, right)
            for op, side, (left, right) in zip(node.ops, sides[1:], pairwise(parts), strict=True)
        ]
        return _Part(
            kind=Kind.BOOL, evaluate=lambda now: reduce(np.logical_and, (each(now) for each in held))
        )

    def _compared(self, op: ast.cmpop, node: ast.expr, left: _Part, right: _Part) -> Evaluate:
        if isinstance(op, ast.In | ast.NotIn):
            within = self._within(node, left, right)
            return within if isinstance(op, ast.In) else lambda now: np.logical_not(within(now))
        act = _COMPARISONS.get(type(op))
        if act is None:
            raise self._wrong(node, "compare with ==, !=, <, <=, >, >=, in or not in")
        self._must_match(node, left, right)
        if left.listed or left.kind is Kind.TEXTS:
            raise self._wrong(node, "lists are asked with in, and not compared")
        if act not in (operator.eq, operator.ne) and left.kind in (Kind.TEXT, Kind.BOOL):
            raise self._wrong(node, f"{left.kind} has no order: compare it with == or !=")
        one, two = left.evaluate, right.evaluate
        return lambda now: act(one(now), two(now))

    def _within(self, node: ast.expr, left: _Part, right: _Part) -> Evaluate:
        if right.listed is not None:
            for item in right.listed:
                self._must_match(node, left, item)
            same = [(left.evaluate, item.evaluate) for item in right.listed]
            return lambda now: reduce(np.logical_or, (one(now) == two(now) for one, two in same))
        if left.listed is not None or left.kind is not Kind.TEXT or right.kind not in (Kind.TEXT, Kind.TEXTS):
            raise self._wrong(node, f"{_name(left)} cannot be in {_name(right)}")
        part, whole = left.evaluate, right.evaluate
        return lambda now: _CONTAINED(part(now), whole(now))

    def _must_match(self, node: ast.expr, left: _Part, right: _Part) -> None:
        if left.kind is not right.kind or (left.listed is None) != (right.listed is None):
            raise self._wrong(node, f"{_name(left)} cannot be compared with {_name(right)}")
        for one, other in ((left, right), (right, left)):
            if one.choices and other.literal is not None and other.literal not in one.choices:
                named = ", ".join(repr(choice) for choice in one.choices)
                raise self._wrong(node, f"{other.literal[:40]!r} is none of {named}")

    def _of(self, node: ast.expr, kind: Kind) -> _Part:
        part = self._part(node)
        if part.kind is not kind or part.listed is not None:
            raise self._wrong(node, f"{kind} is wanted here, not {_name(part)}")
        return part

    # The functions: each is given its call and the arguments.

    def _arguments(self, node: ast.expr, args: Sequence[ast.expr], *kinds: Kind) -> Iterator[Evaluate]:
        if len(args) != len(kinds):
            raise self._wrong(node, f"it takes {len(kinds)} of these, not {len(args)}: {', '.join(kinds)}")
        return (self._of(arg, kind).evaluate for arg, kind in zip(args, kinds, strict=True))

    def _time(self, node: ast.expr, args: Sequence[ast.expr]) -> _Part:
        match args:
            case [ast.Constant(value=str(given))] if match := _TIME.fullmatch(given):
                seconds = int(match[1]) * 3600 + int(match[2]) * 60
                return _Part(kind=Kind.TIME, evaluate=lambda now: seconds)
        raise self._wrong(node, 'write a time as time("20:00")')

    def _date(self, node: ast.expr, args: Sequence[ast.expr]) -> _Part:
        match args:
            case [ast.Constant(value=str(given))] if len(given) == 10:
                try:
                    day = date.fromisoformat(given).toordinal() - _EPOCH_ORDINAL
                except ValueError:
                    raise self._wrong(node, f"there is no date {given!r}") from None
                return _Part(kind=Kind.DATE, evaluate=lambda now: day)
        raise self._wrong(node, 'write a date as date("2026-12-24")')

    def _extreme(self, node: ast.expr, args: Sequence[ast.expr], act: Callable[[Any, Any], Any]) -> _Part:
        given = [self._part(arg) for arg in args]
        kinds = {None if each.listed else each.kind for each in given}
        if len(given) < 2 or len(kinds) > 1 or not kinds <= {Kind.NUMBER, Kind.TIME, Kind.DATE}:
            raise self._wrong(node, "it takes two or more numbers, or times, or dates")
        values = [each.evaluate for each in given]
        return _Part(kind=given[0].kind, evaluate=lambda now: reduce(act, [value(now) for value in values]))

    def _length(self, node: ast.expr, args: Sequence[ast.expr]) -> _Part:
        given = [self._part(arg) for arg in args]
        if len(given) != 1 or given[0].listed or given[0].kind not in (Kind.TEXT, Kind.TEXTS):
            raise self._wrong(node, "it takes a text, or several as in members")
        value = given[0].evaluate
        return _Part(kind=Kind.NUMBER, evaluate=lambda now: np.asarray(_LENGTH(value(now)), np.float64))

    def _lower(self, node: ast.expr, args: Sequence[ast.expr]) -> _Part:
        (value,) = self._arguments(node, args, Kind.TEXT)
        return _Part(kind=Kind.TEXT, evaluate=lambda now: _LOWER(value(now)))

    def _starts_with(self, node: ast.expr, args: Sequence[ast.expr]) -> _Part:
        text, start = self._arguments(node, args, Kind.TEXT, Kind.TEXT)
        return _Part(kind=Kind.BOOL, evaluate=lambda now: _STARTS(text(now), start(now)))

    def _wrong(self, node: ast.expr, why: str) -> InvalidInput:
        # `ast` counts bytes, and inside of what it calls an f-string from somewhere else.
        before = self._source.encode()[: node.col_offset].decode(errors="ignore")
        return self._wrong_at(why, len(before))

    def _wrong_at(self, why: str, place: int) -> InvalidInput:
        indent = len(self._text) - len(self._source)
        position = indent + min(place, len(self._source) - 1) + 1
        return InvalidInput(
            f"The expression cannot be used at character {position}: {why}.",
            field="expression",
            position=position,
        )

    def _text_of(self, node: ast.expr) -> str:
        return repr((ast.get_source_segment(self._source, node) or "this")[:40])


def _name(part: _Part) -> str:
    return part.kind if part.listed is None else f"a list of {part.kind}"


# `ufunc`s over texts: each takes columns, single values or both.
_CONTAINED = np.frompyfunc(lambda part, whole: part in whole, 2, 1)
_STARTS = np.frompyfunc(lambda text, start: text.startswith(start), 2, 1)
_LOWER = np.frompyfunc(str.lower, 1, 1)
_LENGTH = np.frompyfunc(len, 1, 1)

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_FUNCTIONS: dict[str, Callable[[_Reader, ast.expr, Sequence[ast.expr]], _Part]] = {
    "time": _Reader._time,
    "date": _Reader._date,
    "min": lambda reader, node, args: reader._extreme(node, args, np.minimum),
    "max": lambda reader, node, args: reader._extreme(node, args, np.maximum),
    "len": _Reader._length,
    "lower": _Reader._lower,
    "starts_with": _Reader._starts_with,
}
