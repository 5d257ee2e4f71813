"""S021  WSAGetOverlappedResult translates the NTSTATUS in Internal to a WSA error (its own table, not RtlNtStatusToDosError);
other failures become WSAEINVAL.
fact: S-23
source: Wine sock.c test_WSAGetOverlappedResult (map_status, verified on Windows)
"""
from alertable.specs.litmus.sockets import OVERLAPPED, overlapped_result, tcp
from alertable.winapi import WinApi

NEEDS = ()

STATUSES = (0x103, 0x80000005, 0xC0000002, 0xC0000005, 0xC0000008, 0xC0000017, 0xC0000022, 0xC0000023, 0xC0000043, 0xC000009A,
            0xC00000A3, 0xC00000B0, 0xC00000B5, 0xC00000BB, 0xC00000BC, 0xC0000120, 0xC000013B, 0xC000013C, 0xC0000140,
            0xC0000141, 0xC0000206, 0xC0000207, 0xC000020C, 0xC000020D, 0xC0000236, 0xC0000237, 0xC000023B, 0xC000023C,
            0xC000023D, 0xC000023F, 0xC0000240, 0xC0000241, 0xC0000001)
def program(w: WinApi) -> object:
    s = tcp(w)
    errors = [overlapped_result(w, s, OVERLAPPED(Internal=status))[1] for status in STATUSES]
    fine = overlapped_result(w, s, OVERLAPPED(Internal=0, InternalHigh=9))
    w.closesocket(s)
    return tuple(errors), fine[0], fine[2]
EXPECTED = {((996, 10040, 10045, 10014, 10038, 10055, 10013, 10014, 10048, 10055, 10035, 10058, 10060, 10045, 10061, 995,
              10053, 10054, 10057, 10049, 10040, 10049, 10054, 10054, 10061, 10101, 10056, 10051, 10065, 10054, 10004, 10053,
              10022), 1, 9)}
