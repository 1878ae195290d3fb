"""`kalends openapi`: what REST and feeds answer, described for programs."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from kalends.server import compose
from kalends.settings import Settings

app = typer.Typer()


@app.command()
def openapi() -> None:
    """Write the OpenAPI document of this version; needs no data.

    It is what a server answers under /api/v1/openapi.json.
    """
    # A second to import, which the other commands do without.
    from kalends.interfaces.feeds import feed_routes
    from kalends.interfaces.rest.app import create_app

    with TemporaryDirectory() as nowhere:  # the database there is never opened
        services = compose(Settings(data_dir=Path(nowhere)))
        document = create_app(services, beside=[feed_routes(services)]).openapi()
        services.database.close()
    print(json.dumps(document, indent=2, ensure_ascii=False))
