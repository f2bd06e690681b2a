"""The system's Chromium, where there is one. Nothing is downloaded."""

from __future__ import annotations

import shutil

from playwright.sync_api import expect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
# Chromium's own switch for "block third-party cookies"; partitioned cookies still work under it.
NO_THIRD_PARTY_COOKIES = "--test-third-party-cookie-phaseout"

expect.set_options(timeout=30_000)  # what is looked for may come late on a busy machine


def chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)
