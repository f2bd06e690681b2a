"""Reading the files: inheritance, jurisdictions, version, and refusals that can be mended."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from clinical.knowledge import KnowledgeError, load_knowledge


def refusal(folder, jurisdiction="international"):
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(jurisdiction, folder)
    return str(caught.value)


class TestWhatIsRead:
    def test_everything_stands_in_reading_order(self, sample):
        knowledge = load_knowledge(folder=sample.folder)
        assert knowledge.jurisdiction == "international"
        assert knowledge.nutrients == ("iron", "magnesium")
        assert [band.id for band in knowledge.bands_by_analyte["magnesium"]] == ["MG.DEF", "MG.SUFF"]
        assert [(table.title, table.nutrient, len(table.rules)) for table in knowledge.tables] == [
            ("Iron", "iron", 2),
            ("Magnesium", "magnesium", 0),
        ]
        assert list(knowledge.findings) == ["IRON.RLS_LOW"]
        assert list(knowledge.proposals) == ["S.FE.PO", "S.LAB.IRON"]
        assert knowledge.freshness["ferritin"].act_days == 90
        assert knowledge.nutrient_of["FE01"] == "iron"

    def test_numbers_stay_exact(self, sample):
        knowledge = load_knowledge(folder=sample.folder)
        assert knowledge.bands_by_id["MG.DEF"][0].ranges[0].below == Decimal("0.7")

    def test_an_item_has_the_dates_of_its_file(self, sample):
        knowledge = load_knowledge(folder=sample.folder)
        assert knowledge.limits["FERRITIN.RLS"].due == date(2027, 11, 22)

    def test_an_items_own_date_stands_over_the_files(self, sample):
        folder = sample.edit('id = "FERRITIN.RLS"', 'id = "FERRITIN.RLS"\ndue = 2027-01-01')
        limit = load_knowledge(folder=folder).limits["FERRITIN.RLS"]
        assert (limit.reviewed, limit.due) == (date(2026, 11, 22), date(2027, 1, 1))


class TestJurisdictions:
    @pytest.fixture
    def folder(self, sample):
        uk = sample.files["iron.toml"].partition("[[limit]]")[2].partition("[[limit]]")[0]
        sample.edit('id = "FERRITIN.RLS"', 'id = "FERRITIN.RLS"\njurisdictions = ["international", "us"]')
        return sample.add("\n[[limit]]\n" + uk.replace("75", "70").strip() + '\njurisdictions = ["uk"]\n')

    @pytest.mark.parametrize(("jurisdiction", "value"), [("international", 75), ("us", 75), ("uk", 70)])
    def test_each_has_its_own_limit_of_one_id(self, folder, jurisdiction, value):
        limit = load_knowledge(jurisdiction, folder).limits["FERRITIN.RLS"]
        assert limit.values[0].value == value

    @pytest.mark.usefixtures("folder")
    def test_disjoint_jurisdictions_are_no_problem(self, sample):
        assert sample.problems() == []

    def test_an_unknown_one_is_refused(self, folder):
        assert "no jurisdiction 'ukk'" in refusal(folder, "ukk")


class TestVersion:
    def test_it_is_the_manifests_and_seven_digits(self, sample):
        version, _, digits = load_knowledge(folder=sample.folder).version.partition("+")
        assert version == "2026.11"
        assert len(digits) == 7
        assert int(digits, 16) >= 0

    def test_it_is_the_same_for_the_same_bytes(self, sample):
        assert load_knowledge(folder=sample.folder).version == load_knowledge("uk", sample.folder).version

    @pytest.mark.parametrize("file", ["knowledge.toml", "sources.toml", "iron.toml", "magnesium.toml"])
    def test_it_changes_with_any_edit(self, sample, file):
        before = load_knowledge(folder=sample.folder).version
        assert load_knowledge(folder=sample.add("# a remark\n", file)).version != before


class TestRefusals:
    """A refusal names file, item and word, so that whoever wrote it finds it."""

    @pytest.mark.parametrize(
        ("old", "new", "sentence"),
        [
            ('at_most = "FERRITIN.RLS"', 'at_mosst = "FERRITIN.RLS"',
             "iron.toml, rule iron-1: unknown word 'at_mosst' (did you mean 'at_most'?)"),
            ("{restless_legs = true}", "{restles_legs = true}",
             "iron.toml, rule iron-1: unknown word 'restles_legs' (did you mean 'restless_legs'?)"),
            ('strength = "strong"\nverified = "verified"', 'strenght = "strong"\nverified = "verified"',
             "iron.toml, band IRON.DEF_SEVERE: unknown word 'strenght' (did you mean 'strength'?)"),
            ("{always = true}", "{}", "iron.toml, rule iron-2: {} is not a question"),
            ("{condition = \"haemochromatosis\"}", '{all = []}', "caution FE01: 'when.all': tuple should have"),
            ('statement = "Anything else"\n', "", "iron.toml, rule iron-2: the word 'statement' is missing"),
            ('severity = "contraindicated"', 'severity = "deadly"', "caution FE01: 'severity': input should"),
            ('kind = "medication"', 'kind = "advice"', "iron.toml, proposal S.FE.PO: kind 'medication' and"),
            ("below = 15}", "below = 15, to = 14}", "band IRON.DEF_SEVERE: a range ends either"),
            ('dose_text = "1 tablet', 'dosetext = "1 tablet', "unknown word 'dosetext' (did you mean 'dose_text'?)"),
            ('nutrient = "iron"', 'nutrient = "irony"', "iron.toml: 'nutrient': input should be"),
            ('title = "Iron"', 'title = Iron', "iron.toml: this is not TOML"),
            ("[[conflict]]", "[conflict]", "iron.toml: 'conflict': input should be a valid"),
        ],
    )  # fmt: skip
    def test_they_name_file_item_and_word(self, sample, old, new, sentence):
        load_knowledge(folder=sample.folder)
        assert sentence in refusal(sample.edit(old, new))

    def test_an_item_without_id_is_counted(self, sample):
        assert "iron.toml, caution number 1: the word 'id' is missing" in refusal(sample.edit('id = "FE01"\n', ""))

    def test_all_refusals_of_all_files_are_told_at_once(self, sample):
        sample.edit('title = "Low magnesium"', 'titel = "Low magnesium"', "magnesium.toml")
        told = refusal(sample.edit('section = "safety"', 'sektion = "safety"'))
        assert "magnesium.toml, band MG.DEF: unknown word 'titel'" in told
        assert "iron.toml, caution FE01: unknown word 'sektion'" in told

    def test_a_missing_file_is_named(self, sample):
        (sample.folder / "magnesium.toml").unlink()
        assert "magnesium.toml: the file cannot be read (No such file or directory)" in refusal(sample.folder)

    def test_a_source_is_checked_like_the_rest(self, sample):
        assert "sources.toml, source guideline-2025: 'doi'" in refusal(
            sample.edit('doi = "10.1000', 'doi = "11.1000', "sources.toml")
        )
