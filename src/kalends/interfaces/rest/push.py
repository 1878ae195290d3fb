"""Browsers that take pushes."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, status

from kalends.features.reminders.models import PushSubscription
from kalends.interfaces.rest.context import CurrentActor, CurrentServices
from kalends.interfaces.rest.notification_shapes import (
    NewPushSubscription,
    PushKey,
    PushSubscriptions,
    PushSubscriptionShown,
)
from kalends.interfaces.rest.readers import Reader
from kalends.kit.errors import NotFound

router = APIRouter(prefix="/push", tags=["notifications"])


@router.get("/key")
def get_push_key(_: Reader, services: CurrentServices) -> PushKey:
    """Give the key that a browser subscribes with; 404 where this server sends no pushes."""
    key = services.notifications.push_key
    if key is None:
        raise NotFound("This server sends no pushes.", kind="push_key")
    return PushKey(key=key)


@router.get("/subscriptions")
def list_push_subscriptions(actor: Reader, services: CurrentServices) -> PushSubscriptions:
    """Give your browsers that take pushes."""
    with services.database.read(actor.workspace_id) as tx:
        return _shown(services.notifications.subscriptions.list(tx, actor))


@router.post("/subscriptions", status_code=status.HTTP_201_CREATED, response_model=PushSubscriptionShown)
def create_push_subscription(
    new: NewPushSubscription, actor: CurrentActor, services: CurrentServices
) -> PushSubscription:
    """Have pushes sent to this browser from now on. Saying it again replaces what was said before."""
    return services.database.write(
        actor.workspace_id,
        lambda tx: services.notifications.subscriptions.add(
            tx,
            actor,
            endpoint=new.endpoint,
            p256dh=new.keys.p256dh,
            auth=new.keys.auth,
            device=new.device,
            replaces=new.replaces,
        ),
    )


@router.delete("/subscriptions/{subscription_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_push_subscription(subscription_id: UUID, actor: CurrentActor, services: CurrentServices) -> None:
    """Send no more pushes to one of your browsers."""
    subscriptions = services.notifications.subscriptions
    services.database.write(actor.workspace_id, lambda tx: subscriptions.remove(tx, actor, subscription_id))


def _shown(rows: Sequence[PushSubscription]) -> PushSubscriptions:
    return PushSubscriptions(items=[PushSubscriptionShown.model_validate(row) for row in rows])
