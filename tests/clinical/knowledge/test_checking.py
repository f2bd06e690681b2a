"""Each kind of fault is found, named by file and item, and its sound twin is left alone."""

from __future__ import annotations

from datetime import date

import pytest

from clinical.knowledge import PACKAGE_FOLDER, check_knowledge

LOW = 'consider = "Consider oral iron."'
MG_TOP = 'range = [{unit = "mmol/L", from = 0.7, to = 1.05}, {unit = "mg/dL", from = 1.7, to = 2.6}]'
FIRST_ROW = 'when = {all = [{restless_legs = true}, {analyte = "ferritin", at_most = "FERRITIN.RLS"}]}'
LABEL = 'label = "Consider ferritin"'


def bands(mmol: str, mgdl: str) -> str:
    return f'range = [{{unit = "mmol/L", {mmol}}}, {{unit = "mg/dL", {mgdl}}}]'


# place, the text in the sample, a fault written there, a sound text written there, what is said of the fault
FAULTS = {
    "misspelt word": ("iron", "terminal = true", "terminall = true", "terminal = false", "did you mean 'terminal'?"),
    "source": ("iron", 'source = "guideline-2025"', 'source = "guideline-2026"',
               'source = ["guideline-2025", "house-policy"]',
               "limit FERRITIN.RLS: unknown source 'guideline-2026' (did you mean 'guideline-2025'?)"),
    "analyte of a band": ("magnesium", 'analyte = "magnesium"', 'analyte = "magnesum"', 'analyte = "magnesium" ',
                          "band MG.DEF: unknown analyte 'magnesum' (did you mean 'magnesium'?)"),
    "analyte of a question": ("iron", 'analyte = "ferritin", at_most', 'analyte = "feritin", at_most',
                              'analyte = "ferritin", within_days = 90, at_most', "rule iron-1: unknown analyte"),
    "analyte of a conflict": ("iron", 'analytes = ["ferritin"]', 'analytes = ["feritin"]',
                              'analytes = ["ferritin", "crp"]', "conflict feritin: unknown analyte 'feritin'"),
    "nutrient of a daily dose": ("iron", 'analyte = "iron"\nmeaning', 'analyte = "irn"\nmeaning',
                                 'analyte = "ferritin"\nmeaning', "IRON.DAILY: unknown analyte or nutrient 'irn'"),
    "limit": ("iron", 'at_most = "FERRITIN.RLS"', 'at_most = "FERRITIN.RSL"', 'below = "FERRITIN.RLS"',
              "rule iron-1: unknown limit 'FERRITIN.RSL'"),
    "limit of another analyte": ("iron", 'analyte = "ferritin", at_most', 'analyte = "crp", at_most',
                                 'analyte = "ferritin", measured = true, at_most',
                                 "limit 'FERRITIN.RLS' is one of ferritin, but crp is compared with it"),
    "half a comparison": ("iron", "{restless_legs = true}", '{analyte = "ferritin", within_percent = 3}',
                          '{analyte = "ferritin", within_percent = 3, of = "FERRITIN.RLS"}', "belong together"),
    "band": ("iron", "{restless_legs = true}", '{band = ["IRON.DEFF"]}', '{band = ["IRON.DEF"]}',
             "unknown band 'IRON.DEFF'"),
    "finding of a rule": ("iron", 'finding = "IRON.RLS_LOW"}', 'finding = "IRON.LOW"}',
                          'finding = "IRON.RLS_LOW", indicator = "info"}', "unknown finding 'IRON.LOW'"),
    "finding that is only a label": ("iron", "{restless_legs = true}", '{finding = ["IRON.DEF"]}',
                                     '{finding = ["IRON.DEF_SEVERE"]}', "unknown finding 'IRON.DEF'"),
    "finding asked too early": ("iron", "{restless_legs = true}", '{finding = ["IRON.RLS_LOW"]}',
                                '{finding = ["IRON.DEF_SEVERE"]}', "which no earlier row makes"),
    "finding of a caution": ("iron", 'concerns = ["IRON.RLS_LOW"]', 'concerns = ["IRON.RLS"]',
                             'concerns = ["IRON.*"]', "no finding matches 'IRON.RLS'"),
    "finding twice": ("iron", 'id = "IRON.DEF"\nanalyte = "ferritin"\nside = "low"',
                      'id = "IRON.RLS_LOW"\nanalyte = "ferritin"\nside = "low"\nindicator = "info"',
                      'id = "IRON.RLS_LOW"\nanalyte = "ferritin"\nside = "low"',
                      "finding IRON.RLS_LOW: a band with an indicator makes a finding of this id already"),
    "caution": ("iron", "{restless_legs = true}", '{caution = ["FE02"]}', '{caution = ["FE01"]}',
                "unknown caution 'FE02'"),
    "caution asked too early": ("iron", 'condition = "haemochromatosis"', 'caution = ["FE01"]', "always = true",
                                "caution FE01: asks for caution 'FE01', which does not stand above it"),
    "contraindication that holds nothing back": ("iron", 'severity = "contraindicated"',
                                                 'severity = "contraindicated"\nwithholds = false',
                                                 'severity = "contraindicated"\nwithholds = true',
                                                 "caution FE01: is contraindicated"),
    "acted on but not shown": ("iron", "act_days = 90", "act_days = 366", "act_days = 365", "is shown for 365 only"),
    "proposal of a rule": ("iron", 'proposes = ["S.FE.PO!"]', 'proposes = ["S.FE.PO", "S.FE.IV"]',
                           'proposes = ["S.FE.PO"]', "rule iron-1: unknown proposal 'S.FE.IV'"),
    "proposal to retest": ("iron", 'retest = ["S.LAB.IRON"]', 'retest = ["S.LAB.IRN"]', "retest = []",
                           "freshness ferritin: unknown proposal 'S.LAB.IRN' (did you mean 'S.LAB.IRON'?)"),
    "companion": ("iron", 'proposal = "S.LAB.IRON", after', 'proposal = "S.LAB.IRN", after',
                  'proposal = "S.LAB.IRON", after', "proposal S.FE.PO: unknown proposal 'S.LAB.IRN'"),
    "what a caution affects": ("iron", 'affects = ["S.FE.*"]', 'affects = ["S.IRON.*"]', 'affects = ["S.*"]',
                               "caution FE01: no proposal matches 'S.IRON.*'"),
    "what a rule withholds": ("iron", 'findings = [{finding', 'withholds = ["S.FE"]\nfindings = [{finding',
                              'withholds = ["S.FE.*"]\nfindings = [{finding', "no proposal matches 'S.FE'"),
    "what is proposed": ("iron", 'when = {proposed = ["S.FE.*"]}', 'when = {proposed = ["S.B12.*"]}',
                         'when = {proposed = ["S.FE.PO"]}', "advice A.IRON.DIET: no proposal matches 'S.B12.*'"),
    "condition": ("iron", 'condition = "haemochromatosis"', 'condition = "hemochromatosis"',
                  'condition = ["haemochromatosis", "restless-legs"]',
                  "unknown condition value set 'hemochromatosis' (did you mean 'haemochromatosis'?)"),
    "drug class asked as a condition": ("iron", '"haemochromatosis"', '"oral-iron"', '"iron-overload"',
                                        "unknown condition value set 'oral-iron'"),
    "drug class": ("iron", 'condition = "haemochromatosis"', 'medication = "irons"', 'medication = "oral-iron"',
                   "unknown drug value set 'irons'"),
    "allergen": ("iron", 'condition = "haemochromatosis"', 'allergy = "substance-iron"',
                 'allergy = ["oral-iron", "substance-soy-or-peanut"]', "unknown drug value set 'substance-iron'"),
    "procedure": ("iron", 'condition = "haemochromatosis"', 'procedure = "transfusion", within_days = 7',
                  'procedure = "red-cell-transfusion", within_days = 7', "unknown procedure value set 'transfusion'"),
    "placeholder": ("iron", 'because = "{ferritin}', 'because = "{feritin}', 'because = "{crp}',
                    "unknown placeholder '{feritin}' (did you mean 'ferritin'?)"),
    "limit in a placeholder": ("iron", "{limit:FERRITIN.RLS}", "{limit:FERRITIN}", "{limit:FERRITIN.RLS}.",
                               "finding IRON.RLS_LOW: unknown limit 'FERRITIN'"),
    "unit of a limit": ("iron", 'unit = "ng/mL"}]\nsource', 'unit = "ng/dL"}]\nsource', 'unit = "pmol/L"}]\nsource',
                        "ng/dL is no unit family of ferritin"),
    "families of a limit": ("iron", '{value = 75, unit = "ng/mL"}]',
                            '{value = 75, unit = "ng/mL"}, {value = 75, unit = "pmol/L"}]',
                            '{value = 75, unit = "ng/mL"}, {value = 168, unit = "pmol/L"}]',
                            "75 ng/mL are 168.5 pmol/L, but 75 stands there"),
    "unit of a band": ("iron", "range = [{unit = \"ng/mL\", below = 15}]", "range = [{unit = \"g/L\", below = 15}]",
                       "range = [{unit = \"ng/mL\", below = 15.0}]", "g/L is no unit family of ferritin"),
    "gap": ("magnesium", MG_TOP, bands("from = 0.75, to = 1.05", "from = 1.7, to = 2.6"),
            bands("from = 0.7", "from = 1.7"), "band MG.SUFF: leaves a gap (0.7 to 0.75) to MG.DEF in mmol/L"),
    "overlap": ("magnesium", MG_TOP, bands("from = 0.65, to = 1.05", "from = 1.7, to = 2.6"),
                bands("from = 0.7, below = 1.05", "from = 1.7, below = 2.6"), "overlaps with MG.DEF in mmol/L"),
    "edge of nobody": ("magnesium", MG_TOP, bands("above = 0.7, to = 1.05", "from = 1.7, to = 2.6"),
                       MG_TOP, "leaves the edge 0.7 to nobody, like MG.DEF in mmol/L"),
    "edge of both": ("magnesium", bands("below = 0.7", "below = 1.7"), bands("to = 0.7", "below = 1.7"),
                     bands("below = 0.7", "below = 1.70"), "shares the edge 0.7 with MG.DEF in mmol/L"),
    "closed bottom": ("iron", 'range = [{unit = "ng/mL", below = 15}]',
                      'range = [{unit = "ng/mL", from = 5, below = 15}]',
                      'range = [{unit = "ng/mL", from = 0, below = 15}]', "nothing lies below 5 ng/mL"),
    "empty range": ("magnesium", MG_TOP, bands("from = 0.7, below = 0.7", "from = 1.7, to = 2.6"),
                    MG_TOP, "the range in mmol/L ends before it begins"),
    "family missing": ("magnesium", MG_TOP, 'range = [{unit = "mmol/L", from = 0.7, to = 1.05}]', MG_TOP,
                       "has 1 ranges in mmol/L but 0 in mg/dL"),
    "family far off": ("magnesium", MG_TOP, bands("from = 0.7, to = 1.05", "from = 1.7, to = 6.2"),
                       bands("from = 0.7, to = 1.05", "from = 1.7, to = 2.55"), "but 6.2 stands there"),
    "analyte of a derivation": ("iron", 'of = {ferritin', 'of = {feritin', 'of = {magnesium = "mg/dL", ferritin',
                                "derivation saturation: unknown analyte 'feritin'"),
    "unit of a derivation": ("iron", 'crp = "mg/L"', 'crp = "mg"', 'crp = "mg/dL"', "crp is not measured in mg"),
    "check digit": ("iron", 'code = "2276-4"', 'code = "2276-5"', 'code = "2276-4" ', "code 2276-5 (loinc)"),
    "row never reached": ("iron", FIRST_ROW, "when = {always = true}", "when = {restless_legs = true}",
                          "rule iron-2: is never reached: iron-1 always ends the table before it"),
    "id twice": ("iron", 'id = "iron-2"', 'id = "iron-1"', 'id = "iron-3"', "rule iron-1: stands twice for"),
    "companions in a circle": ("iron", LABEL, f'{LABEL}\ncompanions = [{{proposal = "S.FE.PO", after_days = 1}}]',
                               f"{LABEL}\ncompanions = []", "comes along with itself"),
    "proposal nobody makes": ("iron", 'proposes = ["S.FE.PO!"]', "", 'proposes = ["S.FE.PO!"] ',
                              "proposal S.FE.PO: nothing ever proposes it"),
    "finding nobody makes": ("iron", 'findings = [{finding = "IRON.RLS_LOW"}]', "",
                             'findings = [{finding = "IRON.RLS_LOW"}] ', "no rule ever makes it"),
    "unfinished text": ("iron", LOW, 'consider = "Consider oral iron. TODO"', 'consider = "Consider iron."',
                        "finding IRON.RLS_LOW: 'consider' is not finished"),
    "markup": ("iron", LOW, 'consider = "Consider <b>oral</b> iron."', 'consider = "Consider iron below <75."',
               "holds markup (<b>)"),
    "long sentence": ("iron", LOW, f'consider = "{"long " * 81}."', f'consider = "{"Not long. " * 50}"',
                      "has a sentence of more than 400 characters"),
    "long label": ("iron", LABEL, f'label = "{"y" * 121}"', f'label = "{"y" * 120}"', "120 fit on a card"),
    "placeholder where none is filled in": ("iron", LOW, 'consider = "Consider iron at {ferritin}."',
                                            'consider = "Consider iron."', "only 'because' is filled in"),
    "review overdue": ("iron", "due = 2027-11-22", "due = 2026-11-21\nreviewed = 2026-01-01",
                       "due = 2026-11-23\nreviewed = 2026-01-01", "its review was due on 2026-11-21"),
    "reviewed in the future": ("iron", 'id = "FE01"', 'id = "FE01"\nreviewed = 2026-11-23',
                               'id = "FE01"\nreviewed = 2026-11-21', "which is still to come"),
    "due before reviewed": ("iron", 'id = "FE01"', 'id = "FE01"\ndue = 2026-11-22', 'id = "FE01"\ndue = 2026-11-23',
                            "its review is due on 2026-11-22, but was done on 2026-11-22"),
}  # fmt: skip


def written(sample, file, old, new):
    """Dates of the file itself stand once at its top."""
    if new.startswith("due = "):
        sample.edit("reviewed = 2026-11-22\n", "", f"{file}.toml")
    sample.edit(old, new, f"{file}.toml")
    return [str(problem) for problem in sample.problems()]


def test_the_sample_is_sound(sample):
    assert sample.problems() == []


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_found(sample, kind):
    file, old, wrong, _, sentence = FAULTS[kind]
    told = written(sample, file, old, wrong)
    assert any(f"{file}.toml" in problem and sentence in problem for problem in told), told


@pytest.mark.parametrize("kind", FAULTS)
def test_its_sound_twin_is_not(sample, kind):
    file, old, _, right, _ = FAULTS[kind]
    assert written(sample, file, old, right) == []


def test_a_documented_start_is_allowed(sample):
    sample.edit('range = [{unit = "ng/mL", below = 15}]', 'range = [{unit = "ng/mL", from = 5, below = 15}]')
    sample.edit('section = "table 1"', 'section = "table 1; the bands start at the limit of detection"')
    assert sample.problems() == []


def test_the_same_caution_may_stand_once_per_case(sample):
    case = sample.files["iron.toml"].partition("[[caution]]")[2].partition("[[proposal]]")[0]
    sample.add(f"\n[[caution]]{case}")
    assert sample.problems() == []


def test_a_problem_of_one_jurisdiction_says_so(sample):
    sample.edit('id = "FERRITIN.RLS"', 'id = "FERRITIN.RLS"\njurisdictions = ["us", "uk"]')
    told = [str(problem) for problem in sample.problems()]
    assert "iron.toml, rule iron-1: unknown limit 'FERRITIN.RLS' (in international)" in told


def test_a_daily_dose_needs_no_family(sample):
    sample.edit('unit = "mg/d"', 'unit = "[IU]/d"')
    assert sample.problems() == []


def test_problems_come_in_reading_order(sample):
    sample.edit('title = "Low magnesium"', 'title = "TODO"', "magnesium.toml")
    sample.edit('because = "{ferritin}', 'because = "{feritin}')
    assert [problem.file for problem in sample.problems()] == ["iron.toml", "magnesium.toml"]


def test_nothing_is_due_before_its_day(sample):
    assert sample.problems(date(2027, 11, 22)) == []
    late = sample.problems(date(2027, 11, 23))
    assert len(late) == 21
    assert {problem.sentence for problem in late} == {"its review was due on 2027-11-22"}


def test_the_knowledge_we_ship_is_sound():
    assert [str(problem) for problem in check_knowledge(PACKAGE_FOLDER, date(2026, 11, 22))] == []


@pytest.mark.parametrize("name", ["dialysis-session", "drug-ended", "drug-supply", "order-open", "order-soon"])
def test_a_span_that_is_missing_is_told(sample, name):
    sample.edit(f'id = "{name}"', 'id = "order-open"' if name != "order-open" else 'id = "order-soon"')
    told = [str(problem) for problem in sample.problems()]
    assert any(f"span {name}: is missing" in one for one in told)
