"""Kalends: self-hosted scheduling."""
