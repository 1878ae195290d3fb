"""Reminders, and all else that people are told: when, on which channel, and what became of it."""
