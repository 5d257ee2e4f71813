"""Tests that run on both arms."""
