"""For mkdocs: documents outside docs/ become pages of the manual, and links to other files become plain words.

Markdown is read in two places, in the repository and as HTML; links are written for the repository.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
ALONGSIDE = ("GLOSSARY.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "clinical/knowledge/README.md")
_LINK = re.compile(r"(?<!!)\[(?P<words>[^\]]*)\]\((?P<target>[^)\s#]*)(?P<place>#[^)\s]*)?\)")


def on_files(files: Files, config: Any, **_: Any) -> Files:
    """Adds the documents that stand outside docs/, under ``repository/``."""
    for name in ALONGSIDE:
        content = (ROOT / name).read_text("utf-8")
        files.append(File.generated(config, f"repository/{name}", content=content))
    return files


def on_page_markdown(markdown: str, page: Any, files: Files, **_: Any) -> str:
    """Leads links where the page is now."""
    here = page.file.src_uri

    def led(link: re.Match[str]) -> str:
        target = link["target"]
        if not target or "://" in target or target.startswith("mailto:"):
            return link[0]
        return _led(link, _in_repository(here, target), here, files)

    return _LINK.sub(led, markdown)


def _in_repository(page: str, target: str) -> str:
    """The path in the repository that a link of this page means."""
    original = page.removeprefix("repository/") if page.startswith("repository/") else f"docs/{page}"
    return posixpath.normpath(posixpath.join(posixpath.dirname(original), target))


def _led(link: re.Match[str], path: str, here: str, files: Files) -> str:
    page = path.removeprefix("docs/") if path.startswith("docs/") else f"repository/{path}"
    if files.get_file_from_path(page) is None:
        return f"{link['words']} (`{path}`)"
    relative = posixpath.relpath(page, posixpath.dirname(here) or ".")
    return f"[{link['words']}]({relative}{link['place'] or ''})"
