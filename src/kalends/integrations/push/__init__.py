"""Web push: what a member is told, encrypted for their browser and handed to its push service."""

from kalends.integrations.push.carrier import Pushes
from kalends.integrations.push.keys import public_key, vapid_key

__all__ = ["Pushes", "public_key", "vapid_key"]
