"""S135  WSARecvFrom with a routine: the sender's address and its length are written at completion, one datagram per receive.
fact: S-108
source: WSARecvFrom page
"""
from ctypes import addressof, byref, c_int32, c_uint32, c_void_p, create_string_buffer, sizeof

from alertable.specs.litmus.sockets import OVERLAPPED, PENDING, SOCKADDR_IN, bound, bufs, close, completion, err, udp
from alertable.winapi import WinApi

NEEDS = ("datagram",)

def program(w: WinApi) -> object:
    a, b = udp(w), udp(w)
    to, me = bound(w, a), bound(w, b)
    buffers, ovs, log = [create_string_buffer(8) for _ in range(2)], (OVERLAPPED * 2)(), []
    froms, sizes, n, flags = (SOCKADDR_IN * 2)(), (c_int32 * 2)(16, 16), c_uint32(), c_uint32()
    cb = completion(w, log, *ovs)
    at = lambda array, i: c_void_p(addressof(array) + i * sizeof(array._type_))
    started = [err(w, w.WSARecvFrom(a, bufs(buffers[i]), 1, byref(n), byref(flags), at(froms, i), at(sizes, i), byref(ovs[i]), cb)) for i in range(2)]
    w.sendto(b, b"one", 3, 0, byref(to), 16)
    w.sendto(b, b"three", 5, 0, byref(to), 16)
    for _ in range(2):
        w.SleepEx(3000 if len(log) < 2 else 0, 1)
    result = tuple(started), tuple(sorted(log, key=lambda c: c[2])), tuple(x.value for x in buffers), [bytes(f) for f in froms] == [bytes(me)] * 2, tuple(sizes)
    close(w, a, b)
    return result
EXPECTED = {((PENDING, PENDING), ((0, 3, 0, 0), (0, 5, 1, 0)), (b"one", b"three"), True, (16, 16))}
