"""The runtime: greenlet threads, the run loop, virtual time, the guard, results."""
