"""inet_addr, inet_pton, inet_ntop; a text pointer is followed only inside the program's own objects."""

from __future__ import annotations

from ctypes import c_char_p, c_uint32, c_wchar_p, create_string_buffer
from typing import Any

import pytest

from alertable.sim.runtime.execution import run
from alertable.winapi import AF_INET


def outcome(program: Any) -> Any:
    execution = run([program])
    assert execution.violation is None, execution.violation
    return execution.outcome


@pytest.mark.parametrize(
    ("text", "address"),
    [(b"127.0.0.1", 0x0100007F), (b"1.2.3.4", 0x04030201), (b"256.1.1.1", 0xFFFFFFFF), (b"text", 0xFFFFFFFF), (b"", 0xFFFFFFFF)],
)
def test_inet_addr_reads_dotted_numbers(text: bytes, address: int) -> None:
    assert outcome(lambda w: w.inet_addr(text)) == address
    assert outcome(lambda w: w.inet_addr(create_string_buffer(text))) == address
    assert outcome(lambda w: w.inet_addr(c_char_p(text))) == address


def test_a_text_without_its_nul_ends_with_its_object() -> None:
    assert outcome(lambda w: w.inet_addr(create_string_buffer(b"1.2.3.4", 7))) == 0x04030201


def test_a_wild_text_pointer_is_not_followed() -> None:
    assert outcome(lambda w: w.inet_addr(c_char_p(0x1234))) == 0xFFFFFFFF
    assert outcome(lambda w: w.SetEvent(c_char_p(0x1234))) == 0


def test_a_wild_name_is_an_access_violation_and_a_good_one_is_read() -> None:
    def wild(w: Any) -> Any:
        return w.CreateEventW(None, 1, 0, c_wchar_p(0x1234))

    violation = run([wild]).violation
    assert violation is not None
    assert "access violation" in violation.message
    assert outcome(lambda w: w.CreateEventW(None, 1, 0, c_wchar_p("good"))) > 0


def test_text_and_back() -> None:
    def program(w: Any) -> Any:
        host, text = c_uint32(), create_string_buffer(16)
        return w.inet_pton(AF_INET, b"10.20.30.40", host_at(host)), w.inet_ntop(AF_INET, host_at(host), text, 16), text.value

    def host_at(host: c_uint32) -> Any:
        from ctypes import byref

        return byref(host)

    assert outcome(program) == (1, b"10.20.30.40", b"10.20.30.40")
