"""State graphs of textbooks have the size that textbooks say."""

from __future__ import annotations

import pytest

from tests.explore.textbook import ROWS, Row, counted


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_the_abstract_system_has_the_size_that_is_known(row: Row) -> None:
    assert counted(row.system) == row.size
