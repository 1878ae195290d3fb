"""Outside systems, one folder each, with its fake beside it."""
