"""Kernel core: dispatcher objects, waits, APCs, the timer queue."""
