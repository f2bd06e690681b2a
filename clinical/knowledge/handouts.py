"""The sheets for patients, one TOML file a language: general education, with no dose and nothing about one person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from pydantic import Field

from clinical.knowledge.loading import PACKAGE_FOLDER
from clinical.knowledge.order_schema import Words
from clinical.knowledge.problems import KnowledgeError, Problem
from clinical.knowledge.provenance import Provenance
from clinical.knowledge.reading import SOURCES, read_model
from clinical.knowledge.schema import SourceFile

NAMES = "handout_*.toml"
# What everybody can rely on, whichever other languages a house adds or takes away.
FIRST_LANGUAGE = "en"


class HandoutSection(Provenance):
    """One heading with its points, each a sentence or two."""

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    points: tuple[str, ...] = Field(min_length=1)


class HandoutWords(Words):
    """What the sheet says beside its content."""

    printed: str
    sources: str
    other_languages: str
    back: str
    note: str


class Handout(Words):
    """One sheet. ``language`` is a BCP 47 tag, ``name`` what its speakers call it."""

    language: str = Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")
    name: str
    title: str
    lead: str
    reviewed: date
    due: date
    words: HandoutWords
    section: tuple[HandoutSection, ...] = Field(min_length=1)


def load_handouts(folder: Path = PACKAGE_FOLDER) -> Mapping[str, Handout]:
    """By language, English first. Raises ``KnowledgeError`` naming file and word."""
    handouts = dict(_read(folder))
    return dict(sorted(handouts.items(), key=lambda item: (item[0] != FIRST_LANGUAGE, item[0])))


def handout_problems(folder: Path, today: date) -> list[Problem]:
    """Everything to mend: languages that differ in sections or points, sources that do not exist, overdue reviews."""
    try:
        handouts = load_handouts(folder)
        sources = {source.id for source in read_model(SourceFile, folder, SOURCES).source}
    except KnowledgeError as error:
        return list(error.problems)
    return [problem for handout in handouts.values() for problem in _problems(handout, handouts, sources, today)]


def _read(folder: Path) -> Iterator[tuple[str, Handout]]:
    for path in sorted(folder.glob(NAMES)):
        handout = read_model(Handout, folder, path.name)
        if path.name != _file(handout):
            raise KnowledgeError([Problem(path.name, "", f"this file says language '{handout.language}'")])
        yield handout.language, handout


def _problems(
    handout: Handout, handouts: Mapping[str, Handout], sources: Iterable[str], today: date
) -> Iterator[Problem]:
    name, known = _file(handout), set(sources)
    first = handouts.get(FIRST_LANGUAGE, handout)
    if _shape(handout) != _shape(first):
        yield Problem(name, "", f"sections and points differ from those of {_file(first)}")
    if handout.due < today:
        yield Problem(name, "", f"the review was due on {handout.due}")
    for section in handout.section:
        for source in section.sources:
            if source not in known:
                yield Problem(name, section.id, f"no source '{source}'")


def _shape(handout: Handout) -> list[tuple[str, int]]:
    return [(section.id, len(section.points)) for section in handout.section]


def _file(handout: Handout) -> str:
    return NAMES.replace("*", handout.language)
