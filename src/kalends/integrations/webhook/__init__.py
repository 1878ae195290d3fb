"""Webhooks: what a member is told, sent as signed JSON to a program of theirs."""

from kalends.integrations.webhook.carrier import Webhooks

__all__ = ["Webhooks"]
