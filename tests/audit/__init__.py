"""Audits of what the explorer is told: brute force, swapped neighbours, and real slot accesses.  `python -m tests.audit`."""
