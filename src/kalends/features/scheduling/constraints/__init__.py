"""Constraints: kept, in force, refusing edits, and tried on what was and will be."""
