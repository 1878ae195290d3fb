"""What the build of a package looks at first: without the browser app it would be half of the product."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = Path("src", "kalends", "interfaces", "web", "built", "index.html")


class NeedsBrowserApp(BuildHookInterface[Any]):
    """Refuse to make a wheel or an sdist in which the browser app is missing."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See that the app is there; an editable install reads it from the tree, whenever it is built."""
        if version != "editable" and not Path(self.root, PAGE).is_file():
            raise SystemExit(
                f"There is no {PAGE}: run `make web`, which builds the browser app, and then this."
            )
