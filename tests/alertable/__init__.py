"""Tests of the door and the command line."""
