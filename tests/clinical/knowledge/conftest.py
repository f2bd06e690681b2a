"""A small but complete knowledge folder, into which each test writes the one fault it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from clinical.knowledge import Problem, check_knowledge

TODAY = date(2026, 11, 22)

MANIFEST = """
version = "2026.11"
files = ["iron.toml", "magnesium.toml"]
changes = ["2026.11: first sample"]
"""

SOURCES = """
[[source]]
id = "guideline-2025"
citation = "A guideline about restless legs, 2025"
doi = "10.1000/sample"
seen = "abstract"

[[source]]
id = "house-policy"
citation = "Decision of the writers of this sample"
seen = "all of it"
"""

IRON = """
nutrient = "iron"
title = "Iron"
reviewed = 2026-11-22
due = 2027-11-22

[[span]]
id = "dialysis-session"
days = 90
meaning = "a session tells of dialysis for so long"
source = "house-policy"
section = "how long it counts"
strength = "policy"
verified = "policy"

[[span]]
id = "drug-ended"
days = 30
meaning = "an ended drug is still asked about"
source = "house-policy"
section = "how long it counts"
strength = "policy"
verified = "policy"

[[span]]
id = "drug-supply"
days = 90
meaning = "a drug without an end is asked about"
source = "house-policy"
section = "how long it counts"
strength = "policy"
verified = "policy"

[[span]]
id = "order-open"
days = 90
meaning = "an order counts as open for so long"
source = "house-policy"
section = "how long it counts"
strength = "policy"
verified = "policy"

[[span]]
id = "order-soon"
days = 30
meaning = "a test counts where it is due by then"
source = "house-policy"
section = "how long it counts"
strength = "policy"
verified = "policy"

[[limit]]
id = "FERRITIN.RLS"
analyte = "ferritin"
meaning = "Iron may help restless legs up to here"
values = [{value = 75, unit = "ng/mL"}]
source = "guideline-2025"
section = "table 2"
strength = "conditional"
verified = "verified"

[[limit]]
id = "IRON.DAILY"
analyte = "iron"
meaning = "Upper level of intake"
values = [{value = 45, unit = "mg/d"}]
source = "house-policy"
section = "intake"
strength = "policy"
verified = "policy"

[[band]]
id = "IRON.DEF_SEVERE"
analyte = "ferritin"
side = "low"
indicator = "warning"
title = "Severe iron deficiency"
consider = "Consider iron and a search for the cause."
source = "guideline-2025"
section = "table 1"
strength = "strong"
verified = "verified"
range = [{unit = "ng/mL", below = 15}]

[[band]]
id = "IRON.DEF"
analyte = "ferritin"
side = "low"
title = "Iron deficiency"
source = "guideline-2025"
section = "table 1"
strength = "strong"
verified = "second-hand"
range = [{unit = "ng/mL", from = 15, below = 30}]

[[finding]]
id = "IRON.RLS_LOW"
analyte = "ferritin"
indicator = "warning"
title = "Ferritin in the range in which iron may help restless legs"
because = "{ferritin} is at most {limit:FERRITIN.RLS}"
consider = "Consider oral iron."
source = "guideline-2025"
section = "table 2"
strength = "conditional"
verified = "verified"

[[rule]]
id = "iron-1"
statement = "Restless legs with a low ferritin"
when = {all = [{restless_legs = true}, {analyte = "ferritin", at_most = "FERRITIN.RLS"}]}
terminal = true
findings = [{finding = "IRON.RLS_LOW"}]
proposes = ["S.FE.PO!"]
source = "guideline-2025"
section = "table 2"
strength = "conditional"
verified = "verified"

[[rule]]
id = "iron-2"
statement = "Anything else"
when = {always = true}
terminal = true
source = "guideline-2025"
section = "table 2"
strength = "conditional"
verified = "verified"

[[caution]]
id = "FE01"
affects = ["S.FE.*"]
concerns = ["IRON.RLS_LOW"]
severity = "contraindicated"
when = {condition = "haemochromatosis"}
text = "Iron overload: consider no iron."
source = "guideline-2025"
section = "safety"
strength = "strong"
verified = "from-memory"

[[proposal]]
id = "S.FE.PO"
kind = "medication"
label = "Consider oral iron"
text = "Iron by mouth."
companions = [{proposal = "S.LAB.IRON", after_days = 84}]
source = "guideline-2025"
section = "table 3"
strength = "conditional"
verified = "verified"
[proposal.medication]
product = "Ferrous sulfate 325 mg tablet"
codings = [{system = "rxnorm", code = "310325", display = "ferrous sulfate 325 MG (iron 65 MG) Oral Tablet"}]
dose = {value = 1, unit = "{tablet}"}
dose_text = "1 tablet by mouth once daily"
content = {value = 65, unit = "mg"}
route = "oral"
timing = {frequency = 1, period = 1, period_unit = "d"}
duration = {value = 12, unit = "wk"}
instruction = "On an empty stomach"
note = "Conditional recommendation"

[[proposal]]
id = "S.LAB.IRON"
kind = "laboratory"
label = "Consider ferritin"
source = "guideline-2025"
section = "table 3"
strength = "conditional"
verified = "verified"
[[proposal.laboratory]]
codings = [{system = "loinc", code = "2276-4", display = "Ferritin"}]
text = "Ferritin"
instruction = "Morning, fasting"

[[advice]]
id = "A.IRON.DIET"
topic = "diet"
text = "Iron from meat is absorbed best."
when = {proposed = ["S.FE.*"]}
source = "guideline-2025"
section = "diet"
strength = "expert"
verified = "from-memory"

[[freshness]]
analyte = "ferritin"
act_days = 90
show_days = 365
retest = ["S.LAB.IRON"]
source = "house-policy"
section = "freshness"
strength = "policy"
verified = "policy"

[[conflict]]
analytes = ["ferritin"]
percent = 20
hours = 24
source = "house-policy"
section = "conflicts"
strength = "policy"
verified = "policy"
"""

DERIVATION = """
[[derivation]]
id = "saturation"
analyte = "transferrin-saturation"
formula = "saturation-from-binding-capacity"
unit = "%"
of = {ferritin = "ng/mL", crp = "mg/L"}
source = "house-policy"
section = "a formula of no meaning, for this sample"
strength = "policy"
verified = "policy"
"""

MAGNESIUM = """
nutrient = "magnesium"
title = "Magnesium"
reviewed = 2026-11-22
due = 2027-11-22

[[band]]
id = "MG.DEF"
analyte = "magnesium"
side = "low"
indicator = "warning"
title = "Low magnesium"
source = "guideline-2025"
section = "table 4"
strength = "expert"
verified = "verified"
range = [{unit = "mmol/L", below = 0.7}, {unit = "mg/dL", below = 1.7}]

[[band]]
id = "MG.SUFF"
analyte = "magnesium"
side = "middle"
title = "Sufficient magnesium"
source = "guideline-2025"
section = "table 4"
strength = "expert"
verified = "verified"
range = [{unit = "mmol/L", from = 0.7, to = 1.05}, {unit = "mg/dL", from = 1.7, to = 2.6}]
"""


@dataclass
class Sample:
    """The folder on disk. ``edit`` replaces a text that must be there, in one file."""

    folder: Path
    files: dict[str, str] = field(
        default_factory=lambda: {
            "knowledge.toml": MANIFEST,
            "sources.toml": SOURCES,
            "iron.toml": IRON + DERIVATION,
            "magnesium.toml": MAGNESIUM,
        }
    )

    def edit(self, old: str, new: str, file: str = "iron.toml") -> Path:
        assert old in self.files[file], f"{old!r} does not stand in {file}"
        self.files[file] = self.files[file].replace(old, new, 1)
        return self.write()

    def add(self, text: str, file: str = "iron.toml") -> Path:
        self.files[file] += text
        return self.write()

    def write(self) -> Path:
        for name, text in self.files.items():
            (self.folder / name).write_text(text)
        return self.folder

    def problems(self, today: date = TODAY) -> list[Problem]:
        return check_knowledge(self.folder, today)


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path)
    made.write()
    return made
