"""Rules about time: what must be, what should be, and why something is not."""
