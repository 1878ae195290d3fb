"""Scheduled phone calls: each is an event on a calendar, placed once at its time by a telephone service."""
