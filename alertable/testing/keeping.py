"""What a failing test leaves in the store: its schedule by an id, and a trace to read."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from alertable.store import Kept

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from alertable.sim import Violation
    from alertable.store import Store

LONGEST: Final = 120  # characters of a file's name that tell the test


def keep(store: Store, test: str, violation: Violation, options: Mapping[str, Any]) -> str | None:
    """Keep the schedule on which a test fails; its id, another one for every test and parameter.  None where it cannot be."""
    faults = options.get("faults")
    options = {**options, **({"faults": dict(faults)} if faults else {})}
    kept = Kept((test,), violation.schedule, options, violation.id, violation.title, test=True)
    try:
        path = store.made() / f"{kept.id}.json"
        path.write_text(json.dumps(asdict(kept), ensure_ascii=True, indent=1) + "\n", encoding="utf-8")
    except (OSError, TypeError):  # a folder that cannot be written, or an option that is no text
        return None
    return kept.id


def trace_file(store: Store, test: str) -> Path:
    """Where the trace of a test is written: named after it, and never like that of another one."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", test).strip("-")
    if plain != test.replace("::", "-").replace("/", "-") or len(plain) > LONGEST:
        plain = f"{plain[:LONGEST]}-{blake2b(test.encode(), digest_size=3).hexdigest()}"
    return store.made() / f"{plain}.txt"
