"""Exploration: counts that are known, and brute force as the yardstick."""
