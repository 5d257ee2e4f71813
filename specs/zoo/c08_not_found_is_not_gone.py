"""C08: CancelIoEx says ERROR_NOT_FOUND, so the record is freed; its packet is still in the port."""

from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, packet, pair, post
from alertable.specs.zoo.case import Case


def run(w, free_early):
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 1)
    s, peer = pair(w)
    w.CreateIoCompletionPort(s, port, 7, 0)
    records = [(OVERLAPPED(), create_string_buffer(4))]
    post(w, s, records[0][1], records[0][0])
    w.send(peer, b"data", 4, 0)
    found = w.CancelIoEx(s, byref(records[0][0]))
    if not found and free_early:
        records.clear()
    return packet(w, port)[0]


def buggy(w):
    return run(w, free_early=True)


def fixed(w):
    return run(w, free_early=False)


CASE = Case("C08", "not found does not mean gone", "nmap nsock 167fafe65, cb483ec50", ("S2",), buggy, fixed)
