"""`kalends jobs`: what is to be done by itself, and what has failed."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, list_of, table_of
from kalends.cli.desk import Desk, open_desk
from kalends.features.job_care import cancel_job, retry_job
from kalends.interfaces.rest.job_shapes import JobShown
from kalends.jobs import NOBODY, JobState
from kalends.jobs.models import Job

app = typer.Typer(
    no_args_is_help=True, help="List what is to be done; try again, or call off, what has failed."
)

Which = Annotated[str, typer.Argument(help="A job, by id or key.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    dead: Annotated[bool, typer.Option("--dead", help="Only what has failed for good.")] = False,
    task: Annotated[str | None, typer.Option("--task", help="Only of this task.")] = None,
) -> None:
    """List the jobs of the workspace and of the installation, the next first."""
    desk = open_desk(ctx)
    desk.actor.must_own_workspace()
    found = [
        (job, whose)
        for job, whose in _all(desk)
        if (not dead or job.state is JobState.DEAD) and task in (None, job.task)
    ]
    answer(
        ctx,
        [_json(job, whose) for job, whose in found],
        table_of(
            ["id", "task", "key", "state", "when", "failures", "error"],
            [
                [
                    picking.short(job.id),
                    job.task,
                    job.key,
                    job.state,
                    job.run_at.astimezone(desk.tzinfo).strftime("%Y-%m-%d %H:%M"),
                    job.failures,
                    job.error or "",
                ]
                for job, _ in found
            ],
            empty="Nothing is to be done.",
        ),
    )


@app.command()
def retry(ctx: typer.Context, job: Which) -> None:
    """Have what has failed for good tried again, now."""
    desk = open_desk(ctx)
    found, workspace_id = _find(desk, job)
    desk.services.database.write(
        workspace_id, lambda tx: retry_job(desk.services.jobs, tx, desk.actor, found.id)
    )
    answer(ctx, {"id": str(found.id)}, list_of([f"{found.task} {found.key} is tried again."]))


@app.command()
def cancel(ctx: typer.Context, job: Which) -> None:
    """Call off what has failed for good."""
    desk = open_desk(ctx)
    found, workspace_id = _find(desk, job)
    desk.services.database.write(
        workspace_id, lambda tx: cancel_job(desk.services.jobs, tx, desk.actor, found.id)
    )
    answer(ctx, {"id": str(found.id)}, list_of([f"{found.task} {found.key} is called off."]))


def _all(desk: Desk) -> list[tuple[Job, UUID]]:
    found = []
    for workspace_id in (desk.actor.workspace_id, NOBODY):
        with desk.services.database.read(workspace_id) as tx:
            found += [(job, workspace_id) for job in desk.services.jobs.list(tx)]
    return sorted(found, key=lambda each: each[0].run_at)


def _find(desk: Desk, wanted: str) -> tuple[Job, UUID]:
    desk.actor.must_own_workspace()
    return picking.pick(
        wanted, _all(desk), kind="job", id=lambda each: each[0].id.hex, name=lambda each: each[0].key
    )


def _json(job: Job, workspace_id: UUID) -> dict[str, Any]:
    whose = None if workspace_id == NOBODY else str(workspace_id)
    return {**JobShown.model_validate(job).model_dump(mode="json"), "workspace_id": whose}
