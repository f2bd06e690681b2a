"""orders.toml made ready to be asked: which of our proposals an order is. Once per knowledge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from clinical.chart.drafts import DraftOrder
from clinical.chart.facts import Medication
from clinical.knowledge import Knowledge, all_parts_of
from clinical.knowledge.once import once_per_item
from clinical.knowledge.question_schema import AskMedication
from clinical.knowledge.schema import Caution, Orderable
from clinical.reasoning.amounts import Content, compare, content_of, pieces_of, salts_of, strength_in, total
from clinical.reasoning.deciding import ask
from clinical.reasoning.evidence import Evidence
from clinical.reasoning.questions import Ask, compile_question
from clinical.reasoning.questions.analytes import values_of
from terminology import LOINC, RXNORM

Limit = Mapping[str, Decimal]


class Standing(NamedTuple):
    """What an order is to us: rows of orders.toml put together."""

    nutrient: str | None = None
    proposals: tuple[str, ...] = ()
    also: frozenset[str] = frozenset()
    meets: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    keeps: frozenset[str] = frozenset()

    def joined_with(self, row: Orderable) -> Standing:
        return Standing(
            self.nutrient or row.nutrient,
            tuple(dict.fromkeys((*self.proposals, *row.stands_for))),
            self.also | frozenset(row.also),
            self.meets | frozenset(row.meets),
            self.silent | frozenset(row.silent),
            self.keeps | frozenset(row.keeps),
        )


class Row(NamedTuple):
    """One row of a drug class, with its limits and its question."""

    row: Orderable
    ask: Ask | None
    above: Limit | None
    below: Limit | None
    at_once: Limit | None

    def fits(self, item: Medication, dose: Content | None, at_once: Content | None, evidence: Evidence) -> bool:
        row = self.row
        if item.groups & set(row.unless) or row.route not in (None, item.route):
            return False
        if self.above is not None and compare(dose, self.above) != 1:
            return False
        if self.below is not None and compare(dose, self.below) != -1:
            return False
        if self.at_once is not None and compare(at_once, self.at_once) not in (0, 1):
            return False
        return self.ask is None or ask(self.ask, evidence, [], row.id).yes


class CompiledOrders:
    """Rows by drug class and by analyte, answers by caution, contents by drug class and code."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        contents = [file.content for file in knowledge.files]
        rows = [row for content in contents for row in content.orderable]
        self._rows: dict[str, list[Row]] = {}
        for row in rows:
            if row.medication is not None:
                self._rows.setdefault(row.medication, []).append(_row(row, knowledge))
        self._tests = [row for row in rows if row.analytes]
        self._salts = salts_of(knowledge)
        self._services = frozenset(row.medication for row in rows if row.as_service)
        self._by_code = dict(_proposals_by_code(knowledge))
        self._pieces = pieces_of(knowledge)
        self.answers = {name: item for content in contents for item in content.order_answer for name in item.cautions}
        cautions = (*knowledge.cautions, *(item for content in contents for item in content.order_caution))
        asked = [(caution, question) for caution in cautions for question in _about_medicines(caution)]
        self.about_dose = frozenset(caution.id for caution, question in asked if _limit_of(question))
        self._units = _units(asked, knowledge)
        self._named = frozenset(group for _, question in asked for group in _groups(question))

    def matters(self, order: DraftOrder) -> bool:
        """Whether anything here could be said of such an order, whatever the chart says."""
        known = self._services if order.kind == "service" else self._named | self._rows.keys()
        return bool(self._tests_of(order)) or any(item.groups & known for item in order.taken)

    def as_patient_would_take(self, order: DraftOrder) -> tuple[Medication, ...]:
        """What of the order counts as taken: of a ServiceRequest only what services give."""
        if order.kind != "service":
            return order.taken
        return tuple(item for item in order.taken if item.groups & self._services)

    def standing(self, order: DraftOrder, evidence: Evidence) -> Standing:
        """What the order is, on this chart."""
        standing = Standing()
        for item in self.as_patient_would_take(order):
            standing = self.of_medication(item, evidence, standing, order)
        for row in self._tests_of(order):
            standing = standing.joined_with(row)
        return standing

    def of_medication(
        self, item: Medication, evidence: Evidence, standing: Standing, order: DraftOrder | None = None
    ) -> Standing:
        """``standing`` joined with what a medicine is: for each of its classes the first row that fits."""
        for drug in sorted(item.groups & self._rows.keys()):
            dose, at_once = self.daily(drug, item, order), self._at_once(drug, item, order)
            fitting = (row for row in self._rows[drug] if row.fits(item, dose, at_once, evidence))
            if first := next(fitting, None):
                standing = standing.joined_with(first.row)
        return standing

    def daily(self, drug: str, item: Medication, order: DraftOrder | None = None) -> Content | None:
        """What a medicine holds of one drug class by the day; unknown for a combination of several."""
        nutrients = {self._rows[group][0].row.nutrient for group in item.groups & self._rows.keys()}
        if item.daily_dose is None or item.dose_unit is None or len(nutrients) > 1:
            return None
        return content_of(item.daily_dose, item.dose_unit, self._piece(drug, item, order), salts=drug in self._salts)

    def stays_within(self, limit: str, taken: Iterable[tuple[Medication, DraftOrder | None]]) -> bool | None:
        """Whether medicines together are known to stay within a daily dose of what the limit is about; ``None`` where
        nobody knows. Of a salt that is not listed the element is unknown, but never more than the salt itself."""
        nutrient, values = self.knowledge.limits[limit].analyte, values_of(limit, self.knowledge)
        drugs = {drug for drug, rows in self._rows.items() if rows[0].row.nutrient == nutrient}
        held = [(drug, item, order) for item, order in taken for drug in sorted(item.groups & drugs)[:1]]
        exactly = _together([self.daily(*one) for one in held], values)
        at_most = _together([self._at_most(*one) for one in held], values)
        if exactly is None:
            return True if at_most is not None and at_most <= 0 else None
        return exactly <= 0

    def _at_most(self, drug: str, item: Medication, order: DraftOrder | None) -> Content | None:
        known = self.daily(drug, item, order)
        if known is not None or item.daily_dose is None or item.dose_unit is None:
            return known
        return content_of(item.daily_dose, item.dose_unit, strength_in(item.text), salts=False)

    def together(
        self, item: Medication, order: DraftOrder, others: Iterable[tuple[Medication, DraftOrder | None]]
    ) -> tuple[Medication, tuple[str, ...]]:
        """``item`` of ``order`` with the day's dose of all products of its class together, and whose doses were added.

        Without a dose where its own content is not known.
        """
        drugs = sorted(item.groups & self._rows.keys())
        for drug in drugs:
            own, units = self.daily(drug, item, order), self._units.get(drug, ())
            known = [(one.source, self.daily(drug, one, its)) for one, its in others if drug in one.groups]
            added = {source: dose for source, dose in known if dose is not None and total((dose,), units)}
            if own is not None and (content := total((own, *added.values()), units) or total((own,), units)):
                return msgspec.structs.replace(item, daily_dose=content.value, dose_unit=content.unit), tuple(added)
        return (msgspec.structs.replace(item, daily_dose=None, dose_unit=None) if drugs else item), ()

    def _at_once(self, drug: str, item: Medication, order: DraftOrder | None) -> Content | None:
        if order is None or order.single_dose is None:
            return None
        return content_of(
            order.single_dose.value, order.single_dose.unit, self._piece(drug, item, order), salts=drug in self._salts
        )

    def _piece(self, drug: str, item: Medication, order: DraftOrder | None) -> Content | None:
        ordered = (code for system, code in order.codings if system == RXNORM) if order else ()
        listed = (self._pieces.get((drug, code)) for code in (*item.rxnorm, *ordered))
        return next(filter(None, listed), None) or (None if drug in self._salts else strength_in(item.text))

    def _tests_of(self, order: DraftOrder) -> list[Orderable]:
        coded = {name for system, code in order.codings if system == LOINC for name in self._by_code.get(code, ())}
        return [row for row in self._tests if order.analytes & set(row.analytes) or coded & set(row.stands_for)]


def _together(doses: Sequence[Content | None], limit: Limit) -> int | None:
    """Their sum compared with a limit; ``None`` unless each is known."""
    known = [dose for dose in doses if dose is not None]
    units = [unit.removesuffix("/d") for unit in limit]
    return compare(total(known, units), limit) if known and len(known) == len(doses) else None


def _row(row: Orderable, knowledge: Knowledge) -> Row:
    limits = (row.daily_above, row.daily_below, row.single_dose_at_least)
    above, below, at_once = (values_of(name, knowledge) if name else None for name in limits)
    return Row(row, compile_question(row.when, knowledge) if row.when else None, above, below, at_once)


def _proposals_by_code(knowledge: Knowledge) -> Iterator[tuple[str, list[str]]]:
    """A panel has no analyte of its own, but is what some proposal orders."""
    found: dict[str, list[str]] = {}
    for name, proposal in knowledge.proposals.items():
        for coding in (coding for test in proposal.laboratory for coding in test.codings):
            found.setdefault(coding.code, []).append(name)
    yield from found.items()


def _about_medicines(caution: Caution) -> Iterator[AskMedication]:
    return (question for question in all_parts_of(caution) if isinstance(question, AskMedication))


def _groups(question: AskMedication) -> tuple[str, ...]:
    return (question.medication,) if isinstance(question.medication, str) else question.medication


def _limit_of(question: AskMedication) -> str | None:
    return question.daily_above or question.daily_at_least


def _units(asked: Iterable[tuple[Caution, AskMedication]], knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """For each drug class the units that every limit asked of it knows, else those of the first."""
    found: dict[str, list[list[str]]] = {}
    for _, question in asked:
        if name := _limit_of(question):
            units = [unit.removesuffix("/d") for unit in values_of(name, knowledge)]
            for group in _groups(question):
                found.setdefault(group, []).append(units)
    return {drug: _shared(lists) for drug, lists in found.items()}


def _shared(lists: list[list[str]]) -> tuple[str, ...]:
    return tuple(unit for unit in lists[0] if all(unit in units for units in lists)) or tuple(lists[0])


@once_per_item(at_most=12)
def compiled_orders(knowledge: Knowledge) -> CompiledOrders:
    """Compiled once per knowledge object, as ``compiled`` is."""
    return CompiledOrders(knowledge)
