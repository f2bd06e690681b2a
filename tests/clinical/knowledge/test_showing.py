"""`knowledge show` prints what a clinician would judge: numbers with source, strength and how far they are checked."""

from __future__ import annotations

import pytest

from clinical.knowledge import KnowledgeError, load_knowledge, show_nutrient
from clinical.knowledge.layout import WIDTH
from clinical.knowledge.schema import JURISDICTIONS


@pytest.fixture
def knowledge(sample):
    return load_knowledge(folder=sample.folder)


@pytest.fixture
def shown(knowledge):
    return show_nutrient(knowledge, "iron")


def flat(text: str) -> str:
    return " ".join(text.split())


class TestOneNutrient:
    def test_it_fits_a_hundred_columns(self, shown):
        assert max(len(line) for line in shown.splitlines()) <= WIDTH

    @pytest.mark.parametrize(
        "words",
        [
            "IRON.DEF_SEVERE below 15 warning",
            "IRON.DEF 15 to below 30 none",
            "IRON.DEF (ferritin): Iron deficiency",
            "FERRITIN.RLS: 75 ng/mL",
            "[guideline-2025] table 2; strength: conditional; verified in the source; reviewed 2026-11-22.",
            "When restless legs syndrome is asserted and ferritin is at most 75 ng/mL.",
            "Then finding IRON.RLS_LOW; consider S.FE.PO; the table ends here.",
            "IRON.RLS_LOW (warning): Ferritin in the range in which iron may help restless legs",
            "Ferrous sulfate 325 mg tablet: 1 tablet by mouth once daily",
            "Oral, once a day, for 12 weeks; one dose holds 65 mg.",
            "Brings along S.LAB.IRON, due in 84 days.",
            "FE01 (contraindicated, holds back) about S.FE.*, IRON.RLS_LOW: Iron overload",
            "When haemochromatosis is on the problem list.",
            "A.IRON.DIET (diet): Iron from meat is absorbed best.",
            "to act on 90 days, to be shown 365 days",
            "From memory: not yet verified: caution FE01, advice A.IRON.DIET.",
            "Second-hand: seen quoted in another source: band IRON.DEF.",
            "[guideline-2025] A guideline about restless legs, 2025. doi:10.1000/sample. Seen: abstract.",
        ],
    )
    def test_it_tells(self, shown, words):
        assert words in flat(shown)

    def test_cautions_come_by_severity(self, sample):
        case = sample.files["iron.toml"].partition("[[caution]]")[2].partition("[[proposal]]")[0]
        sample.add("\n[[caution]]" + case.replace("FE01", "FE00").replace("contraindicated", "info"))
        shown = show_nutrient(load_knowledge(folder=sample.folder), "iron")
        assert shown.index("FE01 (contraindicated") < shown.index("FE00 (info")

    def test_another_nutrient_is_left_out(self, shown):
        assert "MG.DEF" not in shown

    def test_an_unknown_nutrient_is_refused(self, knowledge):
        with pytest.raises(KnowledgeError, match="no nutrient 'irony'"):
            show_nutrient(knowledge, "irony")


class TestEverything:
    def test_it_tells_every_file_and_each_source_once(self, knowledge):
        shown = show_nutrient(knowledge)
        assert "IRON.DEF" in shown
        assert "MG.DEF" in shown
        assert shown.count("A guideline about restless legs") == 1

    def test_bands_stand_in_each_unit_family(self, knowledge):
        assert "MG.SUFF 0.7 to 1.05 1.7 to 2.6 none" in flat(show_nutrient(knowledge))


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_the_knowledge_we_ship_can_be_shown(jurisdiction):
    knowledge = load_knowledge(jurisdiction)
    shown = show_nutrient(knowledge)
    assert all(len(line) <= WIDTH or "http" in line for line in shown.splitlines())
    assert all(f"{rule.id}: " in shown for table in knowledge.tables for rule in table.rules)
    assert all(proposal in shown for proposal in knowledge.proposals)
