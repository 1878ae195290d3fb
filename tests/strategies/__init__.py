"""Hypothesis strategies that draw the product's values."""
