"""What a program may not call while it is simulated, and what it is to use instead: real time, threads, sockets, dice."""

from __future__ import annotations

from typing import Final, NamedTuple

CLOCK: Final = "w.GetTickCount64() (virtual milliseconds)"
DICE: Final = "hypothesis to draw the value, or random.Random(seed)"
THREADS: Final = "w.CreateThread"
LOCKS: Final = "w.EnterCriticalSection, w.AcquireSRWLockExclusive or w.CreateMutexW"
SOCKETS: Final = "w.WSASocketW and its kin"
PROGRAMS: Final = "another program of the same run"
API: Final = "w, which has the functions that are modelled"

CLOCKS: Final = (
    "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "process_time_ns",
    "thread_time", "thread_time_ns", "clock_gettime", "clock_gettime_ns",
)  # fmt: skip
DRAWS: Final = (
    "random", "randint", "randrange", "choice", "choices", "shuffle", "sample", "uniform", "getrandbits", "randbytes", "gauss",
    "normalvariate", "triangular", "betavariate", "expovariate", "gammavariate", "lognormvariate", "paretovariate",
    "vonmisesvariate", "weibullvariate", "binomialvariate",
)  # fmt: skip
SECRETS: Final = ("token_bytes", "token_hex", "token_urlsafe", "randbelow", "randbits", "choice")


class Forbidden(NamedTuple):
    """A function by module and attribute, and what to use instead.

    deep: also when a library calls it.  given: it counts only where fewer arguments than that are given, or None for the last.
    public: of what looks attributes up: only for names that do not begin with an underscore.
    """

    module: str
    attribute: str
    instead: str
    deep: bool = False
    given: int = 0
    public: bool = False

    @property
    def name(self) -> str:
        """As a person calls it."""
        whole = f"{self.module}.{self.attribute}"
        for end in (".__init__", ".__getattribute__", ".__getattr__", ".start"):
            whole = whole.removesuffix(end)
        return whole


FORBIDDEN: Final = (
    Forbidden("time", "sleep", "w.Sleep(milliseconds)", deep=True),
    *(Forbidden("time", name, CLOCK) for name in CLOCKS),
    *(Forbidden("time", name, CLOCK, given=1) for name in ("localtime", "gmtime", "ctime", "asctime")),
    Forbidden("time", "strftime", CLOCK, given=2),
    Forbidden("timeit", "default_timer", CLOCK),
    Forbidden("os", "times", CLOCK),
    Forbidden("os", "getpid", "w.GetCurrentProcessId()"),
    Forbidden("threading", "Thread.start", THREADS, deep=True),
    *(Forbidden("_thread", name, THREADS) for name in ("start_new_thread", "start_joinable_thread")),
    Forbidden("_thread", "allocate_lock", LOCKS),
    *(Forbidden("threading", name, "w.GetCurrentThreadId()") for name in ("get_ident", "get_native_id", "current_thread")),
    Forbidden("threading", "Lock", LOCKS),
    Forbidden("threading", "RLock", LOCKS),
    Forbidden("threading", "Condition.__init__", "w.SleepConditionVariableCS"),
    Forbidden("threading", "Event.__init__", "w.CreateEventW"),
    Forbidden("threading", "Semaphore.__init__", "w.CreateSemaphoreW"),
    Forbidden("threading", "Barrier.__init__", "w.CreateEventW and w.Interlocked"),
    Forbidden("queue", "Queue.__init__", "a list under a critical section"),
    Forbidden("queue", "SimpleQueue", "a list under a critical section"),
    Forbidden("socket", "socket.__init__", SOCKETS, deep=True),
    Forbidden("socket", "getaddrinfo", SOCKETS, deep=True),
    Forbidden("select", "select", "w.select", deep=True),
    Forbidden("subprocess", "Popen.__init__", PROGRAMS, deep=True),
    Forbidden("os", "system", PROGRAMS, deep=True),
    Forbidden("multiprocessing.process", "BaseProcess.start", PROGRAMS, deep=True),
    Forbidden("asyncio", "run", "the Win32 API itself", deep=True),
    Forbidden("asyncio.base_events", "BaseEventLoop.run_forever", "the Win32 API itself", deep=True),
    Forbidden("ctypes", "CDLL.__init__", API),
    Forbidden("ctypes", "LibraryLoader.LoadLibrary", API),
    *(Forbidden("random", name, DICE) for name in DRAWS),
    Forbidden("random", "Random.__init__", DICE, given=2),
    Forbidden("random", "Random.seed", DICE, given=2),
    Forbidden("os", "urandom", DICE),
    *(Forbidden("uuid", name, DICE) for name in ("uuid1", "uuid4", "uuid6", "uuid7", "uuid8")),
    *(Forbidden("secrets", name, DICE) for name in SECRETS),
    Forbidden("builtins", "input", "an argument of the program: there is nobody to ask"),
)  # fmt: skip

# What Python calls for attributes of libraries: functions of a library that was loaded before are found there.
FOREIGN: Final = (
    Forbidden("ctypes", "CDLL.__getattribute__", API, public=True),
    Forbidden("ctypes", "LibraryLoader.__getattr__", API, public=True),
)
