"""Webhooks: a request to a program of the member's."""
