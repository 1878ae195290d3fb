"""Placing movable things in time, at the least cost."""
