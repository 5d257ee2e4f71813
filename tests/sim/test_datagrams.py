"""Datagram sockets: what the litmus tests leave out."""

from __future__ import annotations

from ctypes import byref, c_uint32, create_string_buffer
from typing import TYPE_CHECKING

import pytest

from alertable.sim.runtime.execution import run
from alertable.specs.litmus.sockets import bound, err, loopback, nonblocking, udp
from alertable.winapi import SIO_UDP_CONNRESET

if TYPE_CHECKING:
    from alertable.winapi import WinApi


@pytest.mark.parametrize(("wanted", "error"), [(1, 10054), (0, 10035)])
def test_port_unreachable_can_be_switched_off(wanted: int, error: int) -> None:
    def program(w: WinApi) -> object:
        s, gone = udp(w), udp(w)
        bound(w, s)
        address = bound(w, gone)
        w.closesocket(gone)
        nonblocking(w, s)
        done = w.WSAIoctl(s, SIO_UDP_CONNRESET, byref(c_uint32(wanted)), 4, None, 0, byref(c_uint32()), None, None)
        w.sendto(s, b"x", 1, 0, byref(loopback(address.sin_port)), 16)
        w.Sleep(10)
        return done, err(w, w.recv(s, create_string_buffer(4), 4, 0))

    assert run([program]).outcome == (0, (-1, error))
