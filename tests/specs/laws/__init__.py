"""One small program for every branch of every sanitizer, with its right twins (`LAWS`)."""

from tests.specs.laws import endings, locks, memory, overlappeds, progress, results, sockets
from tests.specs.laws.law import LAWS, Law

__all__ = ["LAWS", "Law", "endings", "locks", "memory", "overlappeds", "progress", "results", "sockets"]
