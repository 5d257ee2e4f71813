"""Traces: what happened, in order, as data."""
