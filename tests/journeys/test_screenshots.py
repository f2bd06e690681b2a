"""The pictures of the README are there, and light enough for a repository. ``make screenshots`` makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.screenshots import LARGEST_BYTES, PICTURES, Picture

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_it_is_there_and_light(picture: Picture) -> None:
    content = (FOLDER / f"{picture.name}.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (picture.width, picture.height)
    assert len(content) <= LARGEST_BYTES


def test_no_picture_is_left_over() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {picture.name for picture in PICTURES}
