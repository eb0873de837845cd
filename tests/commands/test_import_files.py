"""Which files `piccolo db import` reads, and what it makes of their manifest."""

import json
from pathlib import Path

import pytest

from app.commands.console import CommandError
from app.commands.export import write_export
from app.commands.import_ import NothingLoaded, load_export
from app.database import SeedbedEngine


@pytest.mark.parametrize("kind", ["file", "manifest", "name"])
async def test_nothing_outside_the_folder_is_read(
    spare: SeedbedEngine, folder: Path, tmp_path: Path, kind: str
) -> None:
    outside = tmp_path / "outside"
    name = "manifest.json" if kind == "manifest" else "catalog.universities.jsonl"
    if kind == "name":
        path = folder / "manifest.json"
        manifest = json.loads(path.read_text())
        manifest["tables"]["catalog.universities"]["file"] = "../outside"
        (folder / name).rename(outside)
        path.write_text(json.dumps(manifest))
        told = "names a file for catalog.universities that is not"
    else:
        (folder / name).rename(outside)
        (folder / name).symlink_to(outside)
        told = f"{name} is not an ordinary file: nothing was read"
    with pytest.raises(CommandError, match=told):
        await load_export(spare, folder)
    assert await spare.fetch("select from identity.users") == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": 7}, "is of format 7, not 1"),
        ({"tables": {"a": 1}}, "is not the manifest of an export"),
        ({"tables": {}}, "holds no export"),
        (
            {"tables": {"x.y": {"file": "x.y.jsonl", "rows": 0, "sha256": "0" * 64}}},
            "has a table x.y, which this version does not know",
        ),
    ],
)
async def test_a_manifest_that_cannot_be_believed_is_refused(
    spare: SeedbedEngine, hand: Path, change: dict[str, object], told: str
) -> None:
    await write_export(spare, hand, ("universities",))
    path = hand / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(CommandError, match=told):
        await load_export(spare, hand)


async def test_some_tables_only(spare: SeedbedEngine, folder: Path) -> None:
    loaded, bad = await load_export(spare, folder, ("courses", "catalog.universities"))
    assert ([one.table for one in loaded], bad) == (["catalog.universities", "catalog.courses"], [])
    assert await spare.fetch("select from identity.users") == []
    (folder / "manifest.json").unlink()
    (folder / "content.posts.jsonl").unlink()
    with pytest.raises(CommandError, match=r"has no content.posts: nothing was loaded"):
        await load_export(spare, folder, ("posts",))


async def test_a_file_that_was_changed_is_told(
    spare: SeedbedEngine, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "operations.system_configs.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(NothingLoaded, match="1 changed file: nothing was loaded"):
        await load_export(spare, folder, strict=True)
    assert await spare.fetch("select from identity.users") == []
    capsys.readouterr()
    _, bad = await load_export(spare, folder)
    assert bad == []
    assert capsys.readouterr().err == (
        "operations.system_configs.jsonl is not the file that was exported: it was changed, or"
        " damaged on its way.\n"
    )
