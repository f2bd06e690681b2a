"""Finds what is wrong with the knowledge before a clinician does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from clinical.knowledge.checks.bands import band_problems
from clinical.knowledge.checks.codes import code_problems
from clinical.knowledge.checks.contradictions import contradiction_problems
from clinical.knowledge.checks.orderables import orderable_problems
from clinical.knowledge.checks.references import reference_problems
from clinical.knowledge.checks.tables import duplicate_problems, table_problems
from clinical.knowledge.checks.texts import date_problems, text_problems
from clinical.knowledge.handouts import handout_problems
from clinical.knowledge.loading import Knowledge, select
from clinical.knowledge.placing import placed_items
from clinical.knowledge.problems import KnowledgeError, Problem
from clinical.knowledge.reading import KnowledgeFile, KnowledgeFolder, read_folder
from clinical.knowledge.schema import JURISDICTIONS, Jurisdiction


def check_knowledge(folder: Path, today: date) -> list[Problem]:
    """Everything to mend in the files of ``folder``, in reading order; an empty list when all is well.

    While a file cannot be read at all, only that is told: the rest would be guesswork.
    """
    try:
        read = read_folder(folder)
    except KnowledgeError as error:
        return list(error.problems)
    problems = [*_problems_of_items(read.files, today), *duplicate_problems(read.files), *_by_jurisdiction(read)]
    order = {file.name: number for number, file in enumerate(read.files)}
    found = sorted(dict.fromkeys(problems), key=lambda problem: order[problem.file])
    return [*found, *handout_problems(folder, today)]


def _problems_of_items(files: Iterable[KnowledgeFile], today: date) -> Iterator[Problem]:
    """What can be seen by looking at one item."""
    for placed in placed_items(files):
        yield from text_problems(placed)
        yield from date_problems(placed, today)
        yield from code_problems(placed)
        yield from contradiction_problems(placed)


def _by_jurisdiction(folder: KnowledgeFolder) -> Iterator[Problem]:
    """What shows only when the items that hold together are put together."""
    found: dict[Problem, list[Jurisdiction]] = {}
    for jurisdiction in JURISDICTIONS:
        for problem in dict.fromkeys(_problems_together(select(folder, jurisdiction))):
            found.setdefault(problem, []).append(jurisdiction)
    for problem, where in found.items():
        told = "" if len(where) == len(JURISDICTIONS) else f" (in {' and '.join(where)})"
        yield Problem(problem.file, problem.item, problem.sentence + told)


def _problems_together(knowledge: Knowledge) -> Iterator[Problem]:
    yield from reference_problems(knowledge)
    yield from orderable_problems(knowledge)
    yield from band_problems(knowledge)
    yield from table_problems(knowledge)
