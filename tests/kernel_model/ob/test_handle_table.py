"""Handles: values, reuse, access, duplication, names (K-25, K-31, K-32, K-41, K-72 to K-76)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertable.kernel_model.ex.objects import create_object, open_object
from alertable.kernel_model.ke.event import KEvent
from alertable.kernel_model.ke.mutant import KMutant
from alertable.kernel_model.ke.structures import KThread
from alertable.kernel_model.ob.handle_table import (
    CURRENT_PROCESS,
    CURRENT_THREAD,
    DUPLICATE_CLOSE_SOURCE,
    DUPLICATE_SAME_ACCESS,
    close_handle,
    duplicate_handle,
    lookup,
    reference,
)
from alertable.kernel_model.ob.object import ALL_ACCESS, SYNCHRONIZE, KObject, at_last_close
from alertable.kernel_model.status import NtStatus
from tests.kernel_model.builder import KernelBuilder

SAME, CLOSE = DUPLICATE_SAME_ACCESS, DUPLICATE_CLOSE_SOURCE


def test_values_are_multiples_of_4_and_the_low_bits_are_ignored(kernel: KernelBuilder) -> None:  # K-74
    t, event = kernel.thread(), kernel.event()
    handle = kernel.handle(t, event)
    assert handle % 4 == 0
    assert [reference(t, handle + bits, KEvent, 0) for bits in range(4)] == [event] * 4
    assert reference(t, handle + 4, KEvent, 0) is NtStatus.INVALID_HANDLE
    assert close_handle(kernel.k, t, handle + 3) is NtStatus.SUCCESS
    assert reference(t, handle, KEvent, 0) is NtStatus.INVALID_HANDLE


def test_a_closed_handle_is_invalid_until_its_value_is_used_again(kernel: KernelBuilder) -> None:  # K-72
    t, event, mutex = kernel.thread(), kernel.event(), kernel.mutex()
    handle = kernel.handle(t, event)
    assert close_handle(kernel.k, t, handle) is NtStatus.SUCCESS
    assert close_handle(kernel.k, t, handle) is NtStatus.INVALID_HANDLE
    assert kernel.handle(t, mutex) == handle
    assert reference(t, handle, KEvent, 0) is NtStatus.OBJECT_TYPE_MISMATCH


def test_the_value_closed_last_is_used_first(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    handles = [kernel.handle(t, kernel.event()) for _ in range(4)]
    for handle in handles:
        close_handle(kernel.k, t, handle)
    assert [kernel.handle(t, kernel.event()) for _ in range(4)] == handles[::-1]


@given(st.integers(-(2**70), 2**70))
def test_any_number_is_a_handle_or_none(number: int) -> None:
    kernel = KernelBuilder()
    t = kernel.thread()
    only = kernel.handle(t, kernel.event())
    known = number % 2**64 & ~3 == only or number % 2**64 in (CURRENT_PROCESS, CURRENT_THREAD)
    assert (lookup(t, number) is not None) is known
    if not known:
        assert close_handle(kernel.k, t, number) is NtStatus.INVALID_HANDLE
    assert only in t.process.handles or number % 2**64 & ~3 == only


def test_an_object_lives_until_its_last_handle_is_closed(kernel: KernelBuilder) -> None:  # K-72
    class Noted(KObject):
        gone = 0

    @at_last_close(Noted)
    def gone(_k: object, obj: Noted) -> None:
        obj.gone += 1

    t, obj = kernel.thread(), Noted(kernel.k, "noted")
    handles = [kernel.handle(t, obj) for _ in range(3)]
    for handle in handles[:2]:
        close_handle(kernel.k, t, handle)
    assert obj.gone == 0
    close_handle(kernel.k, t, handles[2])
    assert obj.gone == 1


def test_pseudo_handles_name_whoever_uses_them_and_closing_has_no_effect(kernel: KernelBuilder) -> None:  # K-25
    one, two = kernel.thread("one"), kernel.thread("two")
    assert reference(one, CURRENT_THREAD, KThread, 0) is one
    assert reference(two, -2, KThread, 0) is two
    assert reference(one, CURRENT_PROCESS, KObject, 0) is kernel.process
    for pseudo in (CURRENT_THREAD, CURRENT_PROCESS, -1, -2):
        assert close_handle(kernel.k, one, pseudo) is NtStatus.SUCCESS
    assert reference(one, CURRENT_THREAD, KThread, 0) is one
    assert reference(one, -3, KObject, 0) is NtStatus.INVALID_HANDLE


def test_kind_is_checked_before_access(kernel: KernelBuilder) -> None:  # K-32, K-76
    t = kernel.thread()
    poor = kernel.handle(t, kernel.event(), access=SYNCHRONIZE)
    assert reference(t, poor, KMutant, 2) is NtStatus.OBJECT_TYPE_MISMATCH
    assert reference(t, poor, KEvent, 2) is NtStatus.ACCESS_DENIED
    assert isinstance(reference(t, poor, KEvent, SYNCHRONIZE), KEvent)


def test_all_the_rights_that_are_asked_for_are_needed(kernel: KernelBuilder) -> None:  # K-32
    t = kernel.thread()
    poor = kernel.handle(t, kernel.event(), access=SYNCHRONIZE)
    assert reference(t, poor, KEvent, SYNCHRONIZE | 2) is NtStatus.ACCESS_DENIED


# ---- duplication --------------------------------------------------------------------------------------------------------


def test_a_duplicate_names_the_same_object_with_the_access_asked_for(kernel: KernelBuilder) -> None:  # K-73
    t, event = kernel.thread(), kernel.event()
    source = kernel.handle(t, event)
    copy = duplicate_handle(kernel.k, t, source, SYNCHRONIZE, 0)
    assert isinstance(copy, int)
    assert copy != source
    assert t.process.handles[copy] == (event, SYNCHRONIZE)
    same = duplicate_handle(kernel.k, t, copy, ALL_ACCESS, SAME)
    assert t.process.handles[same] == (event, SYNCHRONIZE)


def test_closing_the_source_with_the_same_access_gives_the_same_value_back(kernel: KernelBuilder) -> None:  # K-73
    t, event = kernel.thread(), kernel.event()
    source = kernel.handle(t, event)
    assert duplicate_handle(kernel.k, t, source + 1, 0, SAME | CLOSE) == source
    assert event.handle_count == 1


def test_closing_the_source_otherwise_moves_the_object_to_a_new_handle(kernel: KernelBuilder) -> None:
    t, event = kernel.thread(), kernel.event()
    source = kernel.handle(t, event)
    copy = duplicate_handle(kernel.k, t, source, SYNCHRONIZE, CLOSE)
    assert lookup(t, source) is None
    assert t.process.handles[copy] == (event, SYNCHRONIZE)


def test_a_pseudo_handle_becomes_a_real_one(kernel: KernelBuilder) -> None:  # K-25
    t, other = kernel.thread(), kernel.thread("other")
    handle = duplicate_handle(kernel.k, t, CURRENT_THREAD, 0, SAME | CLOSE)
    assert isinstance(handle, int)
    assert reference(other, handle, KThread, 0) is t


@pytest.mark.parametrize("bad", [0, 3, 4, 2**64 - 3, 12345])
def test_a_bad_source_fails(kernel: KernelBuilder, bad: int) -> None:  # K-73
    assert duplicate_handle(kernel.k, kernel.thread(), bad, 0, SAME) is NtStatus.INVALID_HANDLE


# ---- names ----------------------------------------------------------------------------------------------------------------


def test_a_name_leads_to_the_existing_object_and_goes_with_the_last_handle(kernel: KernelBuilder) -> None:  # K-41
    t = kernel.thread()
    first = create_object(kernel.k, t, "name", KEvent, lambda: kernel.event(signaled=True))
    second = create_object(kernel.k, t, "name", KEvent, kernel.event)
    assert isinstance(first, tuple)
    assert isinstance(second, tuple)
    assert (first[1], second[1]) == (False, True)
    assert t.process.handles[first[0]][0] is t.process.handles[second[0]][0]
    for handle, _ in (first, second):
        assert isinstance(open_object(kernel.k, t, "name", KEvent, SYNCHRONIZE), int)
        close_handle(kernel.k, t, handle)
    for handle in list(t.process.handles):
        close_handle(kernel.k, t, handle)
    assert open_object(kernel.k, t, "name", KEvent, SYNCHRONIZE) is NtStatus.OBJECT_NAME_NOT_FOUND


def test_all_kinds_share_one_namespace(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    create_object(kernel.k, t, "name", KEvent, kernel.event)
    assert create_object(kernel.k, t, "name", KMutant, kernel.mutex) is NtStatus.OBJECT_TYPE_MISMATCH
    assert open_object(kernel.k, t, "name", KMutant, 0) is NtStatus.OBJECT_TYPE_MISMATCH
    assert open_object(kernel.k, t, "NAME", KEvent, 0) is NtStatus.OBJECT_NAME_NOT_FOUND


def test_creating_in_two_threads_gives_values_that_do_not_depend_on_the_order(kernel: KernelBuilder) -> None:  # F-002
    def values(order: str) -> dict[str, list[int]]:
        builder = KernelBuilder()
        threads = {name: builder.thread(name) for name in "ab"}
        made: dict[str, list[int]] = {"a": [], "b": []}
        for name in order:
            made[name].append(builder.handle(threads[name], builder.event()))
        return made

    assert values("aabb") == values("abab") == values("bbaa")
