"""Twilio, the telephone service: calls and SMS."""
