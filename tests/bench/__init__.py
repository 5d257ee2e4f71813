"""Benchmarks: seeded, reported, never failing a build.  Run them with `make bench`."""
