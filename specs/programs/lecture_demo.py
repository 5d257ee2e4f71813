"""The lecture's server with two clients, under short names: what `alertable demo` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.specs.programs import lecture_callback_server, lecture_client

if TYPE_CHECKING:
    from alertable.winapi import WinApi


def server(w: WinApi) -> None:
    """The listing as it stands; it never returns."""
    lecture_callback_server.program(w)


def kim(w: WinApi) -> tuple[int, ...]:
    """A client: three messages, a pause after each."""
    return lecture_client.program(w)


def lee(w: WinApi) -> tuple[int, ...]:
    """Another one."""
    return lecture_client.program(w)


server.daemon = True  # type: ignore[attr-defined]  # nobody waits for its end
