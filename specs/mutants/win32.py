"""Faults in sim/win32: arguments, time-outs, routines, error codes, the memory of programs."""

from __future__ import annotations

from typing import Final

from alertable.specs.mutants import Mutant

MUTANTS: Final = (
    Mutant(
        id="milliseconds-are-microseconds",
        wrong="A time-out of Win32 is a thousand times too short.",
        why="100 ns, ms, us: one of them is off.",
        where="alertable.sim.win32.door:timeout_100ns",
        text="None if ms == INFINITE else ms * 10_000",
        planted="None if ms == INFINITE else ms * 10",
        test="tests/sim/test_time.py::test_a_sleep_takes_exactly_its_time_and_no_real_time",
        executions=1,
    ),
    Mutant(
        id="infinite-is-a-long-time",
        wrong="INFINITE is 49 days.",
        why="It is 0xFFFFFFFF milliseconds.",
        where="alertable.sim.win32.door:timeout_100ns",
        text="return None if ms == INFINITE else ms * 10_000",
        planted="return ms * 10_000",
        test="tests/sim/test_execution.py::test_a_deadlock_names_who_waits_for_what_held_by_whom",
        executions=1,
    ),
    Mutant(
        id="longs-have-no-sign",
        wrong="A negative LONG is a large positive one.",
        why="DWORD and LONG are 32 bits.",
        where="alertable.sim.win32.door:signed",
        text="return number - 2**32 if number & 0x80000000 else number",
        planted="return number",
        test="tests/conformance/test_litmus.py::test_the_model_stays_within_what_windows_allows[k051_semaphore_limits]",
        executions=1,
    ),
    Mutant(
        id="one-apc-for-a-wait",
        wrong="An alertable wait runs the oldest APC only.",
        why="One wait, one routine.",
        where="alertable.sim.win32.door:Door._deliver_apcs",
        text="self._enter()  # NtContinue: the queue is looked at again",
        planted="return",
        test="tests/sim/test_callbacks.py::test_bound_methods_and_callable_objects_are_routines",
        executions=1,
    ),
    Mutant(
        id="timer-routine-gets-the-time-twice",
        wrong="A timer's routine is given the low half of the time as the high half as well.",
        why="Two DWORDs of one number.",
        where="alertable.sim.win32.door:Door._timer_arguments",
        text=", when >> 32",
        planted=", when & 0xFFFFFFFF",
        test="tests/sim/test_marshalling.py::test_a_timer_s_routine_is_given_the_time_in_two_halves",
        executions=1,
    ),
    Mutant(
        id="winsock-speaks-kernel32",
        wrong="Winsock reports ERROR_NETNAME_DELETED for a reset.",
        why="kernel32's table is the better known one.",
        where="alertable.sim.win32.errormap:WSA_ERRORS",
        text="_S.CONNECTION_RESET: 10054,",
        planted="_S.CONNECTION_RESET: 64,",
        test="tests/conformance/test_litmus.py::test_the_model_stays_within_what_windows_allows[s022_reset_errors_by_interface]",
        executions=1,
    ),
    Mutant(
        id="statuses-without-a-name-succeed",
        wrong="A failure that no table has is reported as success.",
        why="0 is the default of get.",
        where="alertable.sim.win32.errormap:wsa_error",
        text="(WSAEINVAL if nt_error(status) else 0)",
        planted="0",
        test="tests/sim/test_extensions.py::test_a_socket_is_reused_once_both_ends_have_disconnected",
        executions=1,
    ),
    Mutant(
        id="what-was-resized-is-here",
        wrong="Memory that ctypes.resize has moved counts as still there.",
        why="The object lives.",
        where="alertable.sim.win32.memory:Block.here",
        text="return owner is not None and ctypes.addressof(owner) == self.base",
        planted="return owner is not None",
        test="tests/sim/test_memory.py::test_memory_that_was_moved_by_resize_is_not_written_at_its_old_place",
        executions=1,
    ),
)
