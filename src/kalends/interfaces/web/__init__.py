"""The browser app: the files that `web/` is built into, served from the package."""

from kalends.interfaces.web.files import read_built
from kalends.interfaces.web.serving import BrowserApp

__all__ = ["BrowserApp", "read_built"]
