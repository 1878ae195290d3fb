"""Components (RFC 5545 3.6): a name, its properties and nested components, in the order they came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from kalends.ical.errors import Rejected
from kalends.ical.limits import DEFAULT_LIMITS
from kalends.ical.lines import Line, parse_line


@dataclass(frozen=True, slots=True)
class Component:
    """BEGIN to END. A change gives a new component; whatever it does not touch is the same object."""

    name: str  # upper case
    items: tuple[Line | Component, ...] = ()
    number: int = 0  # the line of its BEGIN

    @property
    def lines(self) -> Iterator[Line]:
        """Give the component's own properties."""
        return (item for item in self.items if isinstance(item, Line))

    @property
    def components(self) -> Iterator[Component]:
        """Give the components directly inside."""
        return (item for item in self.items if isinstance(item, Component))

    def first(self, name: str) -> Line | None:
        """Give the first property of this (upper-case) name."""
        for item in self.items:
            if item.name == name and isinstance(item, Line):
                return item
        return None

    def all(self, name: str) -> list[Line]:
        """Give every property of this (upper-case) name."""
        return [line for line in self.lines if line.name == name]

    def with_lines(self, names: str | tuple[str, ...], lines: Iterable[Line]) -> Component:
        """Put `lines` where the first property of one of `names` stood, in place of all of those.

        New properties go behind the last property, before nested components. Properties that are
        equal to what stood there leave the component as it was.
        """
        names = (names,) if isinstance(names, str) else names
        fresh = list(lines)
        if [line.raw for line in self.lines if line.name in names] == [line.raw for line in fresh]:
            return self
        kept: list[Line | Component] = []
        place: int | None = None
        for item in self.items:
            if isinstance(item, Line) and item.name in names:
                place = len(kept) if place is None else place
            else:
                kept.append(item)
        if place is None:
            place = max((n + 1 for n, item in enumerate(kept) if isinstance(item, Line)), default=0)
        return replace(self, items=(*kept[:place], *fresh, *kept[place:]))

    def with_components(
        self, keep: Callable[[Component], bool], added: Iterable[Component] = ()
    ) -> Component:
        """Keep the nested components for which `keep` is true, and append `added`."""
        kept = tuple(item for item in self.items if isinstance(item, Line) or keep(item))
        return replace(self, items=(*kept, *added))

    def mapped(self, change: Callable[[Line], Line]) -> Component:
        """Pass each own property through `change`."""
        items = tuple(change(item) if isinstance(item, Line) else item for item in self.items)
        same = all(a is b for a, b in zip(items, self.items, strict=True))
        return self if same else replace(self, items=items)

    def raw_lines(self) -> Iterator[str]:
        """Give the unfolded content lines, BEGIN and END included."""
        yield f"BEGIN:{self.name}"
        for item in self.items:
            if isinstance(item, Line):
                yield item.raw
            else:
                yield from item.raw_lines()
        yield f"END:{self.name}"

    def render(self) -> str:
        """Give the unfolded content lines, separated by newlines."""
        return "\n".join(self.raw_lines())


def parse_component(
    raw_lines: Iterable[str],
    *,
    max_depth: int = DEFAULT_LIMITS.max_depth,
    bad_line: Callable[[Rejected], None] | None = None,
) -> Component:
    """Read one component from its unfolded lines, numbered from 1; blank lines are passed over.

    `bad_line` is told of lines that are no property, which are then left out; without it they refuse
    the component. Raises Rejected: `bad_line`, `control_character`, `missing_end`, `stray_end`,
    `too_deep`, `not_a_component`.
    """
    stack: list[tuple[str, int, list[Line | Component]]] = []
    done: Component | None = None
    for number, raw in enumerate(raw_lines, 1):
        if not raw or raw.isspace():
            continue
        try:
            line = parse_line(raw, number)
        except Rejected as error:
            if bad_line is None or error.issue != "bad_line":
                raise
            bad_line(error)
            continue
        if not stack and (line.name != "BEGIN" or done is not None):
            raise Rejected("not_a_component", f"{line.name} stands outside of a component.", line=number)
        if line.name == "BEGIN":
            if len(stack) == max_depth:
                raise Rejected("too_deep", f"More than {max_depth} nested components.", line=number)
            stack.append((line.value.strip().upper(), number, []))
        elif line.name == "END":
            name, begun, items = stack[-1]
            if name != line.value.strip().upper():
                message = f"END:{line.value.strip()[:40]}, but {name} is open since line {begun}."
                raise Rejected("stray_end", message, line=number)
            stack.pop()
            component = Component(name, tuple(items), begun)
            if stack:
                stack[-1][2].append(component)
            else:
                done = component
        else:
            stack[-1][2].append(line)
    if stack:
        name, begun, _ = stack[-1]
        raise Rejected("missing_end", f"BEGIN:{name} has no END:{name}.", line=begun)
    if done is None:
        raise Rejected("not_a_component", "There is no component.")
    return done
