"""Peak resident memory of this process."""

from __future__ import annotations

import sys


def peak_mib() -> float | None:
    """In MiB, where the platform tells."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform != "darwin" else peak / 2**20
