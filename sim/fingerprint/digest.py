"""What a code object does, in sixteen bytes that are the same in every process."""

from __future__ import annotations

from hashlib import blake2b
from types import CodeType
from typing import Final

from alertable.sim.runtime.own import within_package

DIGESTS_MAX: Final = 10_000
_DIGESTS: Final[dict[int, tuple[CodeType, bytes]]] = {}


def digest_of(code: CodeType) -> bytes:
    """Sixteen bytes that say what the code does, the same in every process; constants that are code say it too."""
    known = _DIGESTS.get(id(code))
    if known is None:
        if len(_DIGESTS) >= DIGESTS_MAX:
            _DIGESTS.clear()
        summary = blake2b(repr((code.co_name, code.co_qualname, code.co_firstlineno, code.co_flags)).encode(), digest_size=16)
        summary.update(within_package(code.co_filename).encode("utf-8", "surrogateescape"))
        for names in (code.co_varnames, code.co_cellvars, code.co_freevars, code.co_names):
            summary.update(repr(names).encode("utf-8", "surrogatepass"))
        summary.update(code.co_code)
        summary.update(code.co_exceptiontable)
        for constant in code.co_consts:
            summary.update(digest_of(constant) if isinstance(constant, CodeType) else _constant(constant))
        known = _DIGESTS[id(code)] = code, summary.digest()
    return known[1]


def _constant(value: object) -> bytes:
    """Constants in code are numbers, text, and tuples and sets of them."""
    if isinstance(value, frozenset):
        return b"{" + b",".join(sorted(map(_constant, value))) + b"}"
    if isinstance(value, tuple):
        return b"(" + b",".join(map(_constant, value)) + b")"
    return f"{type(value).__name__}:{value!r}".encode("utf-8", "surrogatepass")
