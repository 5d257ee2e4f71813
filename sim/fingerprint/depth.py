"""How deep a frame's value stack is at an instruction, from the bytecode alone.

CPython keeps the depth of a running frame in a register, so it is computed: every way to an instruction leaves the same number
of values, and the exception table says with how many a handler begins.
"""

from __future__ import annotations

import dis
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from types import CodeType

_ENTRIES: Final[Any] = dis._parse_exception_table  # type: ignore[attr-defined]  # the only reader of the table that Python has
NO_FALL_THROUGH: Final = frozenset(
    {"RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT",
     "INTERPRETER_EXIT"}
)  # fmt: skip
JUMPS: Final = frozenset((*dis.hasjrel, *dis.hasjabs))
BEFORE_312: Final = sys.version_info < (3, 12)


class Place(NamedTuple):
    """An instruction: where it begins, its name, what it names, and how many values the stack holds before it.

    below: how many of them it leaves alone while it runs Python code; its own inputs may be gone by then.
    """

    offset: int
    name: str
    named: Any
    depth: int
    below: int


def _inputs(name: str, argument: int) -> int:
    """How many values from the top the instruction takes, if it is one that calls."""
    if name in ("CALL", "PRECALL"):
        return argument + 2
    if name == "CALL_KW":
        return argument + 3
    if name == "CALL_FUNCTION_EX":
        return 4 if sys.version_info >= (3, 14) else 3 + (argument & 1)
    return INPUTS.get(name, 0)


INPUTS: Final = {
    "BEFORE_WITH": 1, "BINARY_OP": 2, "BINARY_SLICE": 3, "BINARY_SUBSCR": 2, "COMPARE_OP": 2, "CONTAINS_OP": 2, "DELETE_ATTR": 1,
    "DELETE_SUBSCR": 2, "FORMAT_SIMPLE": 1, "FORMAT_VALUE": 1, "FORMAT_WITH_SPEC": 2, "GET_ITER": 1, "GET_LEN": 0,
    "GET_YIELD_FROM_ITER": 1, "IS_OP": 2, "LOAD_ATTR": 1, "LOAD_METHOD": 1, "LOAD_SUPER_ATTR": 3, "SEND": 1, "STORE_ATTR": 2,
    "STORE_SLICE": 4, "STORE_SUBSCR": 3, "TO_BOOL": 1, "UNARY_INVERT": 1, "UNARY_NEGATIVE": 1, "UNARY_NOT": 1, "YIELD_VALUE": 1,
    "DELETE_FAST": 0, "DELETE_GLOBAL": 0, "DELETE_NAME": 0, "STORE_FAST": 1, "STORE_GLOBAL": 1, "STORE_NAME": 1, "STORE_DEREF": 1,
    "POP_TOP": 1, "POP_JUMP_IF_TRUE": 1, "POP_JUMP_IF_FALSE": 1, "POP_JUMP_FORWARD_IF_TRUE": 1, "POP_JUMP_FORWARD_IF_FALSE": 1,
    "POP_JUMP_BACKWARD_IF_TRUE": 1, "POP_JUMP_BACKWARD_IF_FALSE": 1, "RAISE_VARARGS": 2, "IMPORT_NAME": 2, "IMPORT_FROM": 1,
    "UNPACK_SEQUENCE": 1, "UNPACK_EX": 1, "LIST_EXTEND": 1, "SET_UPDATE": 1, "DICT_UPDATE": 1, "DICT_MERGE": 1, "MAP_ADD": 2,
    "SET_ADD": 1, "BUILD_STRING": 0, "RETURN_VALUE": 1,
}  # fmt: skip


class Places:
    """The instructions of a code object, by the offset at which a frame says that it is.

    A call that Python code answers moves the offset to the end of the call's inline cache on some versions: that is the call
    itself.  PRECALL (3.11) is the first half of the call.
    """

    def __init__(self, code: CodeType) -> None:
        self._code = code
        self._known: dict[int, Place | None] = {}
        self._depths: dict[int, int] | None = None
        self._instructions: list[dis.Instruction] = []
        self._at: dict[int, int] = {}

    def at(self, lasti: int) -> Place | None:
        """The instruction that the frame is at; None if the bytecode does not say how deep the stack is there."""
        if lasti not in self._known:
            self._known[lasti] = self._find(lasti)
        return self._known[lasti]

    def _find(self, lasti: int) -> Place | None:
        if self._depths is None:
            self._instructions = list(dis.get_instructions(self._code))
            self._at = {one.offset: index for index, one in enumerate(self._instructions)}
            self._depths = _depths(self._code, self._instructions, self._at)
        offset = lasti
        while offset >= 0 and offset not in self._at:
            offset -= 2
        if offset < 0:
            return None
        instruction = self._instructions[self._at[offset]]
        if instruction.opname == "PRECALL":
            instruction = self._instructions[self._at[offset] + 1]
        depth = self._depths.get(instruction.offset)
        if depth is None:
            return None
        if BEFORE_312 and instruction.opname == "CALL":
            depth += instruction.arg or 0  # PRECALL is said to take the arguments, which are still there
        below = max(0, depth - _inputs(instruction.opname, instruction.arg or 0))
        return Place(instruction.offset, instruction.opname, instruction.argval, depth, below)


def _depths(code: CodeType, instructions: list[dis.Instruction], at: dict[int, int]) -> dict[int, int]:
    """The depth before each instruction that can be reached; those where two ways disagree are left out."""
    depths: dict[int, int] = {}
    wrong: set[int] = set()
    todo = [(instructions[0].offset, 0)] if instructions else []
    handlers = [(entry.start, entry.end, entry.target, entry.depth + 1 + entry.lasti) for entry in _ENTRIES(code)]
    todo += [(target, depth) for _, _, target, depth in handlers]
    while todo:
        offset, depth = todo.pop()
        if offset in depths:
            if depths[offset] != depth:
                wrong.add(offset)
            continue
        depths[offset] = depth
        one = instructions[at[offset]]
        if one.opcode in JUMPS:
            todo.append((one.argval, depth + _effect(one, jump=True)))
        if one.opname not in NO_FALL_THROUGH and at[offset] + 1 < len(instructions):
            todo.append((instructions[at[offset] + 1].offset, depth + _effect(one, jump=False)))
    return {offset: depth for offset, depth in depths.items() if offset not in wrong and depth >= 0}


def _effect(instruction: dis.Instruction, *, jump: bool) -> int:
    if instruction.opname == "RETURN_GENERATOR":
        return 1  # whoever resumes it the first time pushes the value that is sent
    argument = instruction.arg if instruction.opcode >= dis.HAVE_ARGUMENT else None
    return dis.stack_effect(instruction.opcode, argument, jump=jump)
