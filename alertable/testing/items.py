"""Tests as pytest has collected them: which one a counterexample is of, and which fixtures a check may not share."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any

from alertable.store import Store
from alertable.testing.trial import CheckFailed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alertable.store import Kept

DIRECT = "get_direct_param_fixture_func"  # how pytest hands over what parametrize says itself


def wanted(name: str) -> Kept:
    """The counterexample with this id; ValueError where there is none."""
    store = Store()
    kept = store.get(name)
    if kept is None:
        raise ValueError(
            f"--alertable-replay {name}: {store.folder} has no counterexample with this id; "
            "a failing check prints the line that replays it"
        )
    return kept


def chosen(name: str, kept: Kept, checks: Sequence[str]) -> str:
    """The node id to replay it on: its own, or the only one that was named (a test may have been renamed)."""
    (own, *_) = kept.files
    if not kept.test:
        raise ValueError(f"--alertable-replay {name}: this is no schedule of a test; alertable replay {name}")
    if own in checks:
        return own
    parameters = own.partition("[")[2]
    left = [check for check in checks if check.partition("[")[2] == parameters]
    if len(left) == 1:
        return left[0]
    found = f"{len(checks)} checks were collected" if checks else "no check was collected"
    raise ValueError(
        f"--alertable-replay {name} is a schedule of {own}, and {found}, which is none of them; "
        f"name the test to run it on: pytest --alertable-replay {name} NODEID"
    )


def refuse_shared_fixtures(item: Any, under: Mapping[str, Any], over: Mapping[str, Any]) -> None:  # noqa: ANN401 - a pytest.Function
    """CheckFailed for fixtures that are made once for the test, although each interleaving should have its own."""
    __tracebackhide__ = True
    options = {**under, **item.function.alertable_options, **over}
    allowed = options.get("shared_fixtures") or ()
    if allowed is True:
        return
    allowed = (allowed,) if isinstance(allowed, str) else tuple(allowed)
    names = [name for name in _made_for_one_test(item) if name not in allowed]
    if names:
        everything = (*allowed, *names)
        raise CheckFailed(
            f"function-scoped fixture {', '.join(map(repr, names))}: made once for the test and shared by all its interleavings; "
            "what one execution does to it the next one sees.\n"
            "Make it within the test, give it a wider scope, or allow it: "
            f"@alertable.check(shared_fixtures={everything!r}), or in the ini file "
            f"alertable_shared_fixtures = {','.join(everything)}"
        )


def _made_for_one_test(item: Any) -> list[str]:  # noqa: ANN401 - as above
    """Function-scoped fixtures among the parameters; not those that autouse brings, about which a test can do nothing."""
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    found = []
    for name in signature(item.function).parameters:
        definitions = known.get(name)
        if definitions and definitions[-1].scope == "function" and getattr(definitions[-1].func, "__name__", "") != DIRECT:
            found.append(name)
    return found
