"""Schedules drawn at random, many of them."""
