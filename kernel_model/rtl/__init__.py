"""User-mode locks of ntdll: critical sections, SRW locks, condition variables.

They promise no order (law 1): an acquire that must wait is not a step of its own; it is enabled whenever the lock admits
it, and any waiter may come next.
"""
