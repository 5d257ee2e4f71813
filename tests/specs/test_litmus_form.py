"""The form of the litmus files: fact, source, outcomes, imports, and NEEDS as the program really uses the API."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from alertable.specs.litmus import HERE, Litmus, load
from alertable.winapi import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

LITMUS: Final = load()
HELPERS: Final = HERE / "sockets.py"
# itertools only spells out sets of outcomes; a program has no other source of concurrency, time or I/O than `w`.
ALLOWED_IMPORTS: Final = {"ctypes", "alertable.winapi", "alertable.specs.litmus.sockets", "itertools"}
PARTS: Final[Mapping[str, frozenset[str]]] = {
    "ports": frozenset(
        {
            "CreateIoCompletionPort",
            "GetQueuedCompletionStatus",
            "GetQueuedCompletionStatusEx",
            "PostQueuedCompletionStatus",
            "SetFileCompletionNotificationModes",
        }
    ),
    "window": frozenset(name for name, function in FUNCTIONS.items() if function.dll == "user32"),
    "select": frozenset({"select", "WSAPoll"}),
    "event-select": frozenset({"WSAEventSelect", "WSAEnumNetworkEvents"}),
    "async-select": frozenset({"WSAAsyncSelect"}),
    "extension": frozenset({"AcceptEx", "ConnectEx", "DisconnectEx", "GetAcceptExSockaddrs", "WSAIoctl"}),
    "datagram": frozenset({"sendto", "recvfrom", "WSASendTo", "WSARecvFrom"}),
}
SOCK_DGRAM: Final = 2

each_litmus = pytest.mark.parametrize("litmus", LITMUS, ids=lambda litmus: litmus.path.stem)


@cache
def tree_of(litmus: Litmus) -> ast.Module:
    return ast.parse(litmus.path.read_text(encoding="utf-8"))


def functions_called(tree: ast.AST) -> frozenset[str]:
    """The API functions that this code calls or names on `w`; UDP sockets as `udp`."""
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "w"}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if ast.unparse(call.func) in ("w.socket", "w.WSASocketW"):
            kind = call.args[1]
            assert isinstance(kind, ast.Constant), ast.unparse(call)  # so that this test can tell TCP from UDP
            used |= {"udp"} if kind.value == SOCK_DGRAM else set()
    return frozenset(used)


@cache
def helpers() -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.parse(HELPERS.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)}


def functions_used(litmus: Litmus) -> frozenset[str]:
    """The same, with what the imported helpers call, and the helpers they call."""
    tree = tree_of(litmus)
    used, seen = set(functions_called(tree)), set[str]()
    todo = [alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names]
    while todo:
        name = todo.pop()
        helper = helpers().get(name)
        if helper is None or name in seen:
            continue
        seen.add(name)
        used |= functions_called(helper)
        todo += [node.id for node in ast.walk(helper) if isinstance(node, ast.Name)]
    return frozenset(used)


def test_there_are_201_of_them_in_order_and_none_twice() -> None:
    ids = [litmus.id for litmus in LITMUS]
    assert ids == sorted(set(ids))
    assert len(ids) == 201


@each_litmus
def test_a_file_is_called_like_its_id_and_states_a_fact_with_its_source(litmus: Litmus) -> None:
    assert re.fullmatch(r"[KS]\d{3}", litmus.id)
    assert litmus.path.stem.startswith(f"{litmus.id.lower()}_")
    assert litmus.fact.endswith((".", ")"))
    assert litmus.source
    assert litmus.facts
    assert all(re.fullmatch(rf"{litmus.id[0]}-\d\d\d?", fact) for fact in litmus.facts)


@each_litmus
def test_the_outcomes_are_a_set_and_a_different_set_under_wine(litmus: Litmus) -> None:
    assert litmus.expected
    if litmus.wine is not None:
        assert litmus.wine
        assert litmus.wine != litmus.expected
        reason = re.search(r"^#.*\nWINE = |^WINE = .*  # \w", litmus.path.read_text(encoding="utf-8"), re.MULTILINE)
        assert reason is not None, "WINE without its reason, above it or on its line"


@each_litmus
def test_a_program_takes_nothing_but_the_api(litmus: Litmus) -> None:
    imports = set()
    for node in ast.walk(tree_of(litmus)):
        if isinstance(node, ast.ImportFrom):
            imports.add(node.module)
            assert all(alias.name != "*" for alias in node.names)
        elif isinstance(node, ast.Import):
            imports |= {alias.name for alias in node.names}
    assert imports <= ALLOWED_IMPORTS


@each_litmus
def test_a_program_calls_declared_functions_only(litmus: Litmus) -> None:
    assert functions_used(litmus) <= FUNCTIONS.keys() | {"CALLBACK", "Interlocked", "GetLastError", "WSAGetLastError", "udp"}


@each_litmus
def test_needs_names_the_parts_of_the_api_that_the_program_uses(litmus: Litmus) -> None:
    used = functions_used(litmus)
    needs = {part for part, functions in PARTS.items() if used & functions}
    assert litmus.needs == (needs | {"datagram"} if "udp" in used else needs)


def test_fresh_executes_the_module_anew() -> None:
    (litmus,) = load("K001")
    assert litmus.fresh() is not litmus.fresh()
    assert litmus.program is load("k001_*")[0].program


def test_a_pattern_picks_by_id_or_file_name() -> None:
    assert [litmus.id for litmus in load("K00?")] == ["K001", "K002", "K003", "K004", "K006", "K009"]
    assert load("*_peek")[0].id == "S045"
    assert load("nothing") == ()
