"""A file is written whole, whoever else writes or sweeps at the same moment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from onearm.errors import UsageError
from onearm.io import whole


def test_a_part_that_another_writer_swept_away_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, held, swept = tmp_path / "x.zip", whole._held, []

    def late(handle: int, *, wait: bool) -> bool:
        if wait and len(swept) < 2:  # between making the part and holding it another writer sweeps
            whole._sweep(target)
            swept.append(os.fstat(handle).st_nlink)
        return held(handle, wait=wait)

    monkeypatch.setattr(whole, "_held", late)
    whole.write_whole(target, b"whole")
    assert swept == [0, 0]
    assert target.read_bytes() == b"whole"
    assert [p.name for p in tmp_path.iterdir()] == ["x.zip"]


def test_a_part_that_is_held_is_not_swept_away(tmp_path: Path) -> None:
    target = tmp_path / "x.zip"
    handle, part = whole._part(target)
    whole.write_whole(target, b"other")
    assert part.exists()
    os.close(handle)
    whole.write_whole(target, b"another")
    assert not part.exists()
    assert target.read_bytes() == b"another"


def test_a_place_that_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="U322"):
        whole.write_whole(tmp_path / "none" / "x.zip", b"")
