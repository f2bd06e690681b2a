"""What ``rls-nutrients knowledge show`` prints: the knowledge as a clinician would want to read and judge it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar, get_args

from clinical.knowledge.items_in_words import (
    MARKS,
    advice_in_words,
    band_in_words,
    band_table,
    caution_in_words,
    finding_in_words,
    freshness_in_words,
    limit_in_lines,
    proposal_in_words,
    rule_in_words,
    span_in_words,
)
from clinical.knowledge.layout import heading, paragraph
from clinical.knowledge.loading import Knowledge
from clinical.knowledge.naming import analyte_in_words
from clinical.knowledge.orders_in_words import order_answer_in_words, orderable_in_words, products_in_words
from clinical.knowledge.placing import placed_items
from clinical.knowledge.problems import KnowledgeError, Problem
from clinical.knowledge.reading import MANIFEST, KnowledgeFile
from clinical.knowledge.schema import Band, Caution, NutrientFile, Severity, Source

SEVEREST_FIRST: tuple[Severity, ...] = get_args(Severity)[::-1]
Item = TypeVar("Item")


def show_nutrient(knowledge: Knowledge, nutrient: str | None = None) -> str:
    """One nutrient, or everything including restless legs and context where ``nutrient`` is None.

    Plain text of 100 columns. Raises `KnowledgeError` where there is no such nutrient.
    """
    files = [file for file in knowledge.files if nutrient in (None, file.content.nutrient)]
    if not files:
        choice = ", ".join(knowledge.nutrients)
        raise KnowledgeError([Problem(MANIFEST, "", f"no nutrient '{nutrient}' (there are {choice})")])
    lines = [line for file in files for line in _chapter(file, knowledge)]
    lines += _sources(files, knowledge)
    return "\n".join(line.rstrip() for line in lines).strip() + "\n"


def _chapter(file: KnowledgeFile, knowledge: Knowledge) -> Iterator[str]:
    content = file.content
    yield ""
    yield from heading(content.title, "=")
    yield from paragraph(
        f"Knowledge {knowledge.version}, {knowledge.jurisdiction}. Reviewed {content.reviewed}, next review due "
        f"{content.due}. Everything here is for a clinician to consider; nothing is ordered by itself."
    )
    yield from _bands(content, knowledge)
    yield from _section("Limits", content.limit, limit_in_lines, knowledge)
    yield from _section("Decision table, read from the top", content.rule, rule_in_words, knowledge)
    yield from _section("Findings", content.finding, finding_in_words, knowledge)
    yield from _section("Proposals", content.proposal, proposal_in_words, knowledge)
    yield from _section("Cautions, the severest first", _by_severity(content.caution), caution_in_words, knowledge)
    yield from _section("What an order is", content.orderable, orderable_in_words, knowledge)
    yield from _section("Cautions of orders only", content.order_caution, caution_in_words, knowledge)
    yield from _section("What an order is answered with", content.order_answer, order_answer_in_words, knowledge)
    yield from _section("What one piece holds", content.products, products_in_words, knowledge)
    yield from _section("Advice", content.advice, advice_in_words, knowledge)
    yield from _section("How old a result may be", content.freshness, freshness_in_words, knowledge)
    yield from _section("For how long something counts", content.span, span_in_words, knowledge)
    yield from _not_verified(file)


def _section(
    title: str,
    items: Iterable[Item],
    tell: Callable[[Item, Knowledge], Iterable[str]],
    knowledge: Knowledge,
) -> Iterator[str]:
    paragraphs = [tell(item, knowledge) for item in items]
    if paragraphs:
        yield from heading(title)
        for number, lines in enumerate(paragraphs):
            yield from [""] if number else []
            yield from lines


def _bands(content: NutrientFile, knowledge: Knowledge) -> Iterator[str]:
    by_analyte: dict[str, list[Band]] = {}
    for band in content.band:
        by_analyte.setdefault(band.analyte, []).append(band)
    for analyte, bands in by_analyte.items():
        yield from heading(f"Bands of {analyte_in_words(analyte)}")
        yield from band_table(bands)
    yield from _section("What the bands lead to", content.band, band_in_words, knowledge)


def _by_severity(cautions: Iterable[Caution]) -> list[Caution]:
    return sorted(cautions, key=lambda caution: SEVEREST_FIRST.index(caution.severity))


def _not_verified(file: KnowledgeFile) -> Iterator[str]:
    """A number that nobody has traced to its source is named as such, not hidden among the others."""
    by_mark: dict[str, list[str]] = {mark: [] for mark in MARKS if mark != "verified"}
    for placed in placed_items([file]):
        if placed.item.verified != "verified":
            by_mark[placed.item.verified].append(placed.name)
    if any(by_mark.values()):
        yield from heading("Not verified in the source itself")
    for mark, names in by_mark.items():
        if names:
            told = f"{MARKS[mark][0].upper()}{MARKS[mark][1:]}"
            yield from paragraph(f"{told}: {', '.join(dict.fromkeys(names))}.", 2)


def _sources(files: Iterable[KnowledgeFile], knowledge: Knowledge) -> Iterator[str]:
    cited = {source for placed in placed_items(files) for source in placed.item.sources}
    yield ""
    yield from heading("Sources", "=")
    for source in sorted(cited & set(knowledge.sources)):
        yield from _source(knowledge.sources[source])


def _source(source: Source) -> Iterator[str]:
    places = [source.doi and f"doi:{source.doi}", source.pmid and f"PMID {source.pmid}", source.url]
    told = ", ".join(place for place in places if place)
    ending = f" {told}." if told else ""
    yield from paragraph(f"[{source.id}] {source.citation.rstrip('.')}.{ending} Seen: {source.seen}.", 4, "  ")
