"""The cell that threads of the real arm share: what `w.Interlocked(value)` makes there.

Sources: learn.microsoft.com "Interlocked Variable Access" (InterlockedExchange, InterlockedCompareExchange,
         InterlockedExchangeAdd: each returns the old value).
Differs: the value is a Python int and never wraps round.
"""

from threading import Lock


class Interlocked:
    """A number that threads share; each call is one atomic step."""

    __slots__ = ("_lock", "_value")

    def __init__(self, value: int, /) -> None:
        self._lock = Lock()
        self._value = value

    def load(self) -> int:
        """The value."""
        with self._lock:
            return self._value

    def store(self, value: int, /) -> None:
        """Sets the value."""
        with self._lock:
            self._value = value

    def exchange(self, value: int, /) -> int:
        """Sets the value; returns the old one."""
        with self._lock:
            old, self._value = self._value, value
            return old

    def compare_exchange(self, expected: int, new: int, /) -> int:
        """Sets the value to `new` if it is `expected`; returns the old one."""
        with self._lock:
            old = self._value
            if old == expected:
                self._value = new
            return old

    def fetch_add(self, n: int, /) -> int:
        """Adds n; returns the old value."""
        with self._lock:
            old = self._value
            self._value = old + n
            return old

    def __repr__(self) -> str:
        return f"Interlocked({self.load()})"
