"""What people give: numbers, names, collections.  What is wrong with it is one line that names it and says what it may be.

A value of the wrong type is a TypeError, one that cannot be meant is a ValueError.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def whole(name: str, value: Any, least: int | None = None) -> None:  # noqa: ANN401 - that is what is asked
    """A whole number, or None where it is left out; least: the smallest that makes sense."""
    if value is None:
        return
    if type(value) is not int:
        raise TypeError(f"{name}={value!r}: a whole number is wanted")
    if least is not None and value < least:
        raise ValueError(f"{name}={value}: {least} or more")


def seconds(name: str, value: Any) -> None:  # noqa: ANN401 - that is what is asked
    """A time to wait, or None."""
    if value is None:
        return
    if type(value) not in (int, float):
        raise TypeError(f"{name}={value!r}: a number of seconds is wanted")
    if math.isnan(value) or value <= 0:
        raise ValueError(f"{name}={value!r}: more than 0 seconds")


def ids(name: str, value: Any) -> None:  # noqa: ANN401 - that is what is asked
    """A sequence, which a single text is not."""
    if isinstance(value, str):
        raise ValueError(f"{name}={value!r}: a sequence of ids is wanted, such as ({value!r},)")
    try:
        iter(value)
    except TypeError:
        raise TypeError(f"{name}={value!r}: a sequence of ids and properties is wanted") from None


def mapping(name: str, value: Any, example: str) -> None:  # noqa: ANN401 - that is what is asked
    """Something with keys, or None."""
    if value is not None and not isinstance(value, Mapping):
        raise TypeError(f"{name}={value!r}: a mapping is wanted, such as {example}")


def function(name: str, value: Any) -> None:  # noqa: ANN401 - that is what is asked
    """Something to call, or None."""
    if value is not None and not callable(value):
        raise TypeError(f"{name}={value!r}: a function is wanted")
