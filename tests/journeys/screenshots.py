"""Makes the pictures of the README anew: ``python -m tests.journeys.screenshots FOLDER`` (``make screenshots``).

They show the demo as it is, so that a changed page is a changed picture and never a drawing of one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, sync_playwright

from demo_ehr.ports import address, ports_from
from tests.demo.running import free_first_port, running_demo, until_ready
from tests.journeys.charts import ADA, EDWIN
from tests.journeys.chromium import ARGUMENTS, chromium

LARGEST_BYTES = 300_000
MILLISECONDS = 60_000


class Picture(NamedTuple):
    """``address`` is below the demo EHR; ``part`` is scrolled to the top, where one is given."""

    name: str
    address: str
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"
    part: str | None = None


PICTURES = (
    Picture("demo-card", f"/patients/{ADA}", 1280, 860),
    Picture("demo-app-in-frame", f"/patients/{ADA}/app", 1280, 860),
    Picture("demo-patients", "/", 1280, 860),
    Picture("demo-switchboard", "/switchboard", 1280, 860),
    Picture("page-1280", f"/patients/{ADA}/launch", 1280, 860),
    Picture("page-1280-dark", f"/patients/{ADA}/launch", 1280, 860, "dark"),
    Picture("page-1280-trends", f"/patients/{ADA}/launch", 1280, 860, part="[data-trend], svg[role='img']"),
    Picture("page-360", f"/patients/{ADA}/launch", 360, 780),
    Picture("page-360-dark", f"/patients/{EDWIN}/launch", 360, 780, "dark"),
)


def main(folder: Path) -> int:
    path = chromium()
    if path is None:
        print("There is no Chromium on this machine (apt-get install chromium).", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    first = free_first_port()
    with (
        TemporaryDirectory() as scratch,
        running_demo(first, Path(scratch), alarm_after=600) as process,
        sync_playwright() as playwright,
    ):
        until_ready(process)
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        sizes = {picture.name: take(browser, address(first), picture, folder) for picture in PICTURES}
        browser.close()
    too_large = [f"{name}: {size}" for name, size in sizes.items() if size > LARGEST_BYTES]
    print(*too_large, sep="\n", end="\n" if too_large else "", file=sys.stderr)
    print(f"{len(sizes)} pictures in {folder}, first port was {ports_from(first).demo_ehr}")
    return 1 if too_large else 0


def take(browser: Browser, ehr: str, picture: Picture, folder: Path) -> int:
    """Its size in bytes."""
    size = {"width": picture.width, "height": picture.height}
    context = browser.new_context(color_scheme=picture.scheme, viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(ehr + picture.address, timeout=MILLISECONDS, wait_until="networkidle")
    if picture.part:
        page.locator(picture.part).first.evaluate("part => part.scrollIntoView({block: 'start'})")
        page.mouse.wheel(0, -90)
        page.wait_for_timeout(200)
    path = folder / f"{picture.name}.png"
    page.screenshot(path=path)
    context.close()
    return path.stat().st_size


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
