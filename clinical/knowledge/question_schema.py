"""The closed list of questions a rule may ask, as types.

A question is a small table with one subject word. It is answered yes, no or unknown by
``clinical.reasoning.questions``; nothing here is an expression, nothing is evaluated as code.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag


class QuestionWords(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AskAnalyte(QuestionWords):
    """Compares the current measurement of an analyte with named limits, or asks whether there is one.

    ``within_days`` counts back from today; ``paired_with`` asks for a result drawn within ``paired_days`` of that
    analyte's current one instead, ``previous`` for the one before the current. A missing result answers unknown, except
    to ``measured``. ``method`` asks whether one of these words stands in the method or the device.
    """

    analyte: str
    below: str | None = None
    at_most: str | None = None
    above: str | None = None
    at_least: str | None = None
    measured: bool | None = None
    within_percent: Decimal | None = None
    of: str | None = None
    within_days: int | None = None
    paired_with: str | None = None
    paired_days: int | None = None
    method: str | tuple[str, ...] | None = None
    previous: bool = False


class AskBand(QuestionWords):
    """Is some analyte's current measurement in one of these bands? Unknown where none of them was measured."""

    band: tuple[str, ...]


class AskFinding(QuestionWords):
    """Was one of these findings made?"""

    finding: tuple[str, ...]


class AskProposed(QuestionWords):
    """Is one of these proposals (``S.FE.*`` matches all that begin so) being considered?"""

    proposed: tuple[str, ...]


class AskCaution(QuestionWords):
    """Does one of these cautions, which stand earlier in the file, hold?"""

    caution: tuple[str, ...]


class AskCondition(QuestionWords):
    """Is there an active condition of one of these value sets (with ``history``: also a past one)?"""

    condition: str | tuple[str, ...]
    history: bool = False


class AskMedication(QuestionWords):
    """Is a drug of one of these classes active, or ended at most ``ended_within_days`` ago (the span ``drug-ended``)?

    ``for_days`` asks how long it has run (unknown where only a prescription date is known and that is shorter);
    ``started_within_days`` asks the reverse, counted from the first prescription; ``daily_above`` and
    ``daily_at_least`` name a limit of the daily dose.
    """

    medication: str | tuple[str, ...]
    route: Literal["oral", "parenteral"] | None = None
    for_days: int | None = None
    started_within_days: int | None = None
    ended_within_days: int | None = None
    daily_above: str | None = None
    daily_at_least: str | None = None


class AskAllergy(QuestionWords):
    """Is there an active allergy or intolerance to a substance of one of these value sets?

    ``kind`` asks for one that is stated to be of that kind; one of unknown kind is neither.
    """

    allergy: str | tuple[str, ...]
    kind: Literal["allergy", "intolerance"] | None = None


class AskProcedure(QuestionWords):
    """Was a procedure of one of these value sets done at most ``within_days`` ago?"""

    procedure: str | tuple[str, ...]
    within_days: int


class AskAge(QuestionWords):
    """``age_below`` is exclusive, ``age_at_least`` inclusive; in years, or months where ``age_unit`` says so."""

    age_below: int | None = None
    age_at_least: int | None = None
    age_unit: Literal["years", "months"] = "years"


class AskSex(QuestionWords):
    sex: Literal["female", "male"]


class AskPregnant(QuestionWords):
    pregnant: Literal[True]


class AskTrimester(QuestionWords):
    trimester: tuple[int, ...]


class AskDialysis(QuestionWords):
    dialysis: Literal[True]


class AskRestlessLegs(QuestionWords):
    restless_legs: Literal[True]


class AskAll(QuestionWords):
    all: tuple[Question, ...] = Field(min_length=1)


class AskAny(QuestionWords):
    any: tuple[Question, ...] = Field(min_length=1)


class AskNot(QuestionWords):
    not_: Question = Field(alias="not")


class AskUnknown(QuestionWords):
    """Yes where the inner question's answer is unknown; otherwise no."""

    unknown: Question


class AskAlways(QuestionWords):
    always: Literal[True]


SUBJECTS = {
    "analyte": "analyte", "band": "band", "finding": "finding", "proposed": "proposed", "caution": "caution",
    "condition": "condition", "medication": "medication", "allergy": "allergy", "procedure": "procedure",
    "age_below": "age", "age_at_least": "age", "sex": "sex", "pregnant": "pregnant", "trimester": "trimester",
    "dialysis": "dialysis", "restless_legs": "restless_legs", "all": "all", "any": "any", "not": "not",
    "unknown": "unknown", "always": "always",
}  # fmt: skip


def _subject(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((SUBJECTS[word] for word in value if word in SUBJECTS), None)
    name = type(value).__name__
    return {"AskRestlessLegs": "restless_legs"}.get(name, name.removeprefix("Ask").lower())


Question = Annotated[
    Annotated[AskAnalyte, Tag("analyte")]
    | Annotated[AskBand, Tag("band")]
    | Annotated[AskFinding, Tag("finding")]
    | Annotated[AskProposed, Tag("proposed")]
    | Annotated[AskCaution, Tag("caution")]
    | Annotated[AskCondition, Tag("condition")]
    | Annotated[AskMedication, Tag("medication")]
    | Annotated[AskAllergy, Tag("allergy")]
    | Annotated[AskProcedure, Tag("procedure")]
    | Annotated[AskAge, Tag("age")]
    | Annotated[AskSex, Tag("sex")]
    | Annotated[AskPregnant, Tag("pregnant")]
    | Annotated[AskTrimester, Tag("trimester")]
    | Annotated[AskDialysis, Tag("dialysis")]
    | Annotated[AskRestlessLegs, Tag("restless_legs")]
    | Annotated[AskAll, Tag("all")]
    | Annotated[AskAny, Tag("any")]
    | Annotated[AskNot, Tag("not")]
    | Annotated[AskUnknown, Tag("unknown")]
    | Annotated[AskAlways, Tag("always")],
    Discriminator(
        _subject,
        custom_error_type="unknown_question",
        custom_error_message="no question begins with any of these words; README.md lists those that exist",
    ),
]

for _compound in (AskAll, AskAny, AskNot, AskUnknown):
    _compound.model_rebuild()
