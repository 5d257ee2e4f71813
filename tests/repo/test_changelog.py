"""tools/changelog.py: fragments become the changelog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.repo.test_site import script

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The tool in a repository of its own with three fragments."""
    module = script("tools/changelog.py")
    folder = tmp_path / "docs" / "changes.d"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("no fragment\n", encoding="utf-8")
    (folder / "9.bugfix.md").write_text("An older one.\n", encoding="utf-8")
    (folder / "12.apc.bugfix.md").write_text("A newer one,\non two lines.\n\nWith a second paragraph.\n", encoding="utf-8")
    (folder / "12.feature.md").write_text("- One thing.\n- Another.\n", encoding="utf-8")
    (tmp_path / "version.py").write_text('__version__ = "0.2.0"\n', encoding="utf-8")
    places = {"ROOT": tmp_path, "FRAGMENTS": folder, "CHANGELOG": tmp_path / "CHANGELOG.md", "VERSION": tmp_path / "version.py"}
    for name, value in places.items():
        monkeypatch.setattr(module, name, value)
    return module


def test_fragments_stand_under_their_kinds_the_newest_issue_first(tool: Any) -> None:
    tool.main([])
    assert tool.CHANGELOG.read_text(encoding="utf-8").partition("## ")[2] == (
        "Unreleased\n\n### What is new\n\n- One thing.\n- Another.\n\n### What was wrong\n\n"
        "- A newer one,\n  on two lines.\n\n  With a second paragraph.\n- An older one.\n"
    )


def test_writing_it_again_changes_nothing(tool: Any) -> None:
    tool.main([])
    once = tool.CHANGELOG.read_bytes()
    tool.main([])
    assert tool.CHANGELOG.read_bytes() == once
    tool.main(["--check"])


def test_a_release_takes_the_fragments_and_stays(tool: Any) -> None:
    tool.main(["--release", "0.2.0"])
    assert [path.name for path in tool.FRAGMENTS.iterdir()] == ["README.md"]
    first = tool.CHANGELOG.read_text(encoding="utf-8")
    assert "## 0.2.0 (" in first
    (tool.FRAGMENTS / "13.feature.md").write_text("Later.\n", encoding="utf-8")
    tool.main([])
    text = tool.CHANGELOG.read_text(encoding="utf-8")
    assert text.index("## Unreleased") < text.index("Later.") < text.index("## 0.2.0 (")
    assert text.endswith(first[first.index("## 0.2.0 (") :])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--check"], "out of date"), (["--release", "next"], "usage"), (["--publish"], "usage")],
)
def test_what_it_refuses_is_one_line(tool: Any, arguments: list[str], said: str) -> None:
    with pytest.raises(SystemExit, match=said):
        tool.main(arguments)


def test_what_was_released_is_told_from_what_was_not(tool: Any) -> None:
    with pytest.raises(SystemExit, match=r"no release 0\.2\.0"):
        tool.main(["--released", "0.2.0"])
    tool.main(["--release", "0.2.0"])
    tool.main(["--released", "0.2.0"])
    (tool.FRAGMENTS / "13.feature.md").write_text("Later.\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"in no release, such as 13\.feature\.md"):
        tool.main(["--released", "0.2.0"])
    tool.main(["--release", "0.3.0"])
    with pytest.raises(SystemExit, match="another version than"):
        tool.main(["--released", "0.3.0"])


def test_the_same_version_twice_is_refused(tool: Any) -> None:
    tool.main(["--release", "0.2.0"])
    (tool.FRAGMENTS / "13.feature.md").write_text("Later.\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"has a release 0\.2\.0 already"):
        tool.main(["--release", "0.2.0"])


def test_a_fragment_of_no_kind_is_named(tool: Any) -> None:
    (tool.FRAGMENTS / "13.novelty.md").write_text("?\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"13\.novelty\.md"):
        tool.main([])
