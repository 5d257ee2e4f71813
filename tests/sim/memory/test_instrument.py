"""Instrumented code does what the code does: values, order, errors, lines."""

from __future__ import annotations

import ast
import io
import traceback
from contextlib import redirect_stdout
from types import CodeType
from typing import Any

import pytest

from alertable.sim.memory.instrument import instrumented
from alertable.sim.memory.swap import compiled

BODIES = {
    "evaluation order": """
        log = []
        class O:
            def __getattr__(self, name): log.append(name); return self
            def __getitem__(self, key): log.append(key); return self
            def __setitem__(self, key, value): log.append(("set", key, value))
            def __call__(self, *a, **k): log.append((a, sorted(k))); return self
        o = O()
        def f(x): log.append(("f", x)); return x
        o.a[f(1)].b(f(2), *[f(3)], k=f(4))
        o[f(5)] = f(6)
        o[f(7)][f(8):f(9)]
        result = log
    """,
    "augmented": """
        class C: n = 1
        c, d, l = C(), {"k": [1]}, [1, 2, 3]
        c.n += 1
        d["k"] += [2]
        l[-1] += 5
        l[0], l[1] = l[1], l[0]
        l += [9]
        result = c.n, C.n, d, l
    """,
    "private names and super": """
        class A:
            def __init__(self, x): self.__x = x
            def get(self): return self.__x
        class B(A):
            '''Documented.'''
            def __init__(self): super().__init__(3); self.__x = 4
            def both(self): return self.get(), self.__x
        result = B().both(), B.__doc__
    """,
    "closures": """
        def counter():
            n = 0
            def up(by=1):
                nonlocal n
                n += by
                return n
            return up
        up = counter()
        up(); up(2)
        fs = [lambda i=i: i for i in range(3)]
        gs = [lambda: i for i in range(3)]
        later = lambda: x
        x = 5
        result = up(), [f() for f in fs], [g() for g in gs], later()
    """,
    "comprehensions": """
        rows = [[1, 2], [3]]
        d = {str(k): v for k, v in enumerate(rows)}
        result = [y for row in rows for y in row if y], {y for r in rows for y in r}, d, sum(x for x in rows[0]), [*rows, *rows]
    """,
    "control": """
        def g():
            try:
                x = yield 1
                yield x
            finally:
                out.append("closed")
        out = []
        it = g(); next(it); it.send(7); it.close()
        while out and len(out) < 3: out.append(0)
        for i, (a, b) in enumerate([(1, 2), (3, 4)]):
            if a == 3: break
        else:
            out.append("else")
        match {"k": [1, 2, 3]}:
            case {"k": [first, *rest]} if rest: out.append((first, rest))
        if (n := len(out)) > 3: out.append(n)
        with open(__file__) as file: out.append(file.name is not None)
        del out[0]
        result = out, f"{out!r:>5}", not out, 1 in out, None not in out, a if out else b
    """,
    "types": """
        import ctypes
        from collections import deque
        class P(ctypes.Structure): _fields_ = [("x", ctypes.c_int), ("b", ctypes.c_char * 4)]
        p = P(1, b"ab")
        p.x += 2
        arr = (P * 2)()
        arr[1].x = 5
        q = ctypes.cast(ctypes.pointer(arr[1]), ctypes.POINTER(P)).contents
        q.b = b"z"
        dq = deque([1, 2]); dq.append(3); dq.popleft()
        ba = bytearray(b"abc"); ba[0] = 65; ba[1:2] = b"XY"
        v = ctypes.c_int(4); v.value += 1
        result = p.x, p.b, arr[1].x, arr[1].b, list(dq), bytes(ba), v.value, type(dq) is deque, isinstance(p, P), bytes(arr)[:4]
    """,
    "globals": """
        total = 1
        def add(n):
            global total
            total += n
            return total
        result = add(2), add(3), total
    """,
    "exception": """
        def f(d):
            try:
                return d["missing"]
            except KeyError as error:
                return (lambda: error.args)()
        try:
            undefined.x
        except NameError as e:
            result = f({}), str(e)
    """,
}


def result_of(code: CodeType) -> Any:
    space: dict[str, Any] = {"__file__": __file__, "__name__": "body"}
    with redirect_stdout(io.StringIO()):
        exec(code, space)
    return space["result"]


def both(text: str) -> tuple[CodeType, CodeType]:
    source = "if True:\n" + text
    return compile(source, "body.py", "exec", dont_inherit=True), compiled("body.py", source)


@pytest.mark.parametrize("name", BODIES)
def test_the_code_with_hooks_does_the_same(name: str) -> None:
    plain, watched = both(BODIES[name])
    assert repr(result_of(watched)) == repr(result_of(plain))


def test_a_traceback_names_the_same_lines() -> None:
    text = """
        def f(o):
            return (o
                    .missing)
        def g():
            data = {"k": None}
            for value in data.values():
                f(value)
        g()
    """

    def lines(code: CodeType) -> list[tuple[str, int | None]]:
        try:
            exec(code, {})
        except AttributeError as error:
            frames = traceback.extract_tb(error.__traceback__)
            return [(frame.name, frame.lineno) for frame in frames if frame.filename == "body.py"]
        raise AssertionError

    plain, watched = both(text)
    assert lines(watched) == lines(plain)


def test_nothing_is_kept_of_hooks_that_nobody_needs() -> None:
    code = instrumented(ast.parse("def f(a, b):\n    return a + 1 if a is b else a\n"), "body.py")
    (function,) = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    assert not [name for name in function.co_names if name.startswith("@")]
