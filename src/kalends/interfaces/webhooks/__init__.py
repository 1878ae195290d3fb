"""What outside systems tell us by themselves."""

from kalends.interfaces.webhooks.twilio import MessageListener, twilio_routes

__all__ = ["MessageListener", "twilio_routes"]
