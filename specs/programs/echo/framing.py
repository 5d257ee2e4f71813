"""The protocol without sockets: bytes go in as they arrive, whole messages come out.

A stream keeps no boundaries (S-41): a receive may bring half a length, or the end of one message and the beginning of the next.
"""

from __future__ import annotations

from typing import Final

LENGTH_BYTES: Final = 4
MAX_MESSAGE: Final = 5000
BUFSIZE: Final = 4096
"""Bytes of one receive: less than the longest message, so that none relies on getting a message in one piece."""
MAX_UNSENT: Final = BUFSIZE + LENGTH_BYTES + MAX_MESSAGE
"""What one receive can at most make ready to be sent: itself and the message that it completes."""


def frame(message: bytes) -> bytes:
    """The message as it travels."""
    return len(message).to_bytes(LENGTH_BYTES, "big") + message


class Assembler:
    """Puts messages together again."""

    def __init__(self) -> None:
        self.pending = b""  # the beginning of a message
        self.broken = False  # a length that the protocol does not allow: where the next message begins is not known

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that these bytes complete."""
        data, at, messages = self.pending + data, 0, []
        while not self.broken and len(data) - at >= LENGTH_BYTES:
            begin = at + LENGTH_BYTES
            end = begin + int.from_bytes(data[at:begin], "big")
            self.broken = end - begin > MAX_MESSAGE
            if self.broken or end > len(data):
                break
            messages.append(data[begin:end])
            at = end
        self.pending = data[at:]
        return messages


class Echo:
    """What every server does with the bytes of one client.

    While something is unsent the server receives nothing more from this client, so a client that does not read cannot fill the
    server's memory, and at most one operation of a session is under way.
    """

    def __init__(self) -> None:
        self.assembler = Assembler()
        self.unsent = b""
        self.echoed = 0  # bytes, lengths included

    def received(self, data: bytes) -> None:
        """These bytes have arrived."""
        self.unsent += b"".join(map(frame, self.assembler.feed(data)))

    def sent(self, count: int) -> None:
        """So many of the unsent bytes are on their way; that may be fewer than were given to a send."""
        self.unsent = self.unsent[count:]
        self.echoed += count

    @property
    def broken(self) -> bool:
        """The client does not keep to the protocol."""
        return self.assembler.broken
