"""Says a question in plain words, as a clinician would read it: in ``knowledge show`` and in explanations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from clinical.knowledge import question_schema as asked
from clinical.knowledge.loading import Knowledge
from clinical.knowledge.naming import analyte_in_words, group_in_words, limit_in_words
from clinical.knowledge.question_schema import Question

COMPARISONS = (("at_least", "at least"), ("above", "above"), ("at_most", "at most"), ("below", "below"))


def in_words(question: Question, knowledge: Knowledge) -> str:
    """A clause such as "ferritin is at most 75 ng/mL and restless legs syndrome is asserted"."""
    return _SPEAKERS[type(question)](question, knowledge)


def _analyte(question: asked.AskAnalyte, knowledge: Knowledge) -> str:
    name = analyte_in_words(question.analyte)
    compared = " and ".join(_comparisons(question, knowledge))
    if question.measured is False:
        return f"{name} is not on file"
    return f"{name} is {compared or 'on file'}{_circumstances(question)}"


def _comparisons(question: asked.AskAnalyte, knowledge: Knowledge) -> Iterable[str]:
    for word, phrase in COMPARISONS:
        limit = getattr(question, word)
        if limit is not None:
            yield f"{phrase} {limit_in_words(limit, knowledge)}"
    if question.within_percent is not None and question.of is not None:
        yield f"within {question.within_percent} % of {limit_in_words(question.of, knowledge)}"


def _circumstances(question: asked.AskAnalyte) -> str:
    told = []
    if question.within_days is not None:
        told.append(f"result of the last {question.within_days} days")
    if question.paired_with is not None:
        days = f"within {question.paired_days} days of" if question.paired_days is not None else "together with"
        told.append(f"drawn {days} the {analyte_in_words(question.paired_with)}")
    if question.method is not None:
        told.append(f"measured by {question.method}")
    return f" ({', '.join(told)})" if told else ""


def _band(question: asked.AskBand, _: Knowledge) -> str:
    return f"a result is in {_named('band', question.band)}"


def _finding(question: asked.AskFinding, _: Knowledge) -> str:
    return f"{_named('finding', question.finding)} is made"


def _proposed(question: asked.AskProposed, _: Knowledge) -> str:
    return f"{_named('proposal', question.proposed)} is being considered"


def _caution(question: asked.AskCaution, _: Knowledge) -> str:
    return f"{_named('caution', question.caution)} is in force"


def _named(kind: str, ids: tuple[str, ...]) -> str:
    return f"the {kind} {ids[0]}" if len(ids) == 1 else f"one of the {kind}s {_either(ids)}"


def _condition(question: asked.AskCondition, _: Knowledge) -> str:
    past = " (now or in the past)" if question.history else ""
    return f"{_groups(question.condition)} is on the problem list{past}"


def _medication(question: asked.AskMedication, knowledge: Knowledge) -> str:
    within = question.ended_within_days
    ended = knowledge.days["drug-ended"] if within is None else within
    told = f"the patient is on {_groups(question.medication)} (now or within {ended} days)"
    if question.route is not None:
        told += ", by mouth" if question.route == "oral" else ", by injection or infusion"
    if question.for_days is not None:
        told += f", for {question.for_days} days or longer"
    if question.started_within_days is not None:
        told += f", begun within the last {question.started_within_days} days"
    if question.daily_above is not None:
        told += f", more than {limit_in_words(question.daily_above, knowledge)}"
    if question.daily_at_least is not None:
        told += f", at least {limit_in_words(question.daily_at_least, knowledge)}"
    return told


def _allergy(question: asked.AskAllergy, _: Knowledge) -> str:
    kind = question.kind or "allergy or intolerance"
    return f"an {kind} to {_groups(question.allergy)} is recorded"


def _procedure(question: asked.AskProcedure, _: Knowledge) -> str:
    return f"{_groups(question.procedure)} is recorded within the last {question.within_days} days"


def _age(question: asked.AskAge, _: Knowledge) -> str:
    edges = []
    if question.age_at_least is not None:
        edges.append(f"at least {question.age_at_least}")
    if question.age_below is not None:
        edges.append(f"below {question.age_below}")
    return f"age is {' and '.join(edges)} {question.age_unit}"


def _trimester(question: asked.AskTrimester, _: Knowledge) -> str:
    return f"pregnancy is in trimester {_either(str(number) for number in question.trimester)}"


def _all(question: asked.AskAll, knowledge: Knowledge) -> str:
    return " and ".join(_bracketed(inner, knowledge, asked.AskAny) for inner in question.all)


def _any(question: asked.AskAny, knowledge: Knowledge) -> str:
    return " or ".join(_bracketed(inner, knowledge, asked.AskAll) for inner in question.any)


def _bracketed(question: Question, knowledge: Knowledge, kind: type) -> str:
    """``and`` inside ``or`` (and the reverse) would be read either way without brackets."""
    words = in_words(question, knowledge)
    return f"({words})" if isinstance(question, kind) else words


def _not(question: asked.AskNot, knowledge: Knowledge) -> str:
    inner = question.not_
    if isinstance(inner, asked.AskUnknown):
        return f"it is known whether {_bracketed_compound(inner.unknown, knowledge)}"
    words = in_words(inner, knowledge)
    simple = not isinstance(inner, asked.AskAll | asked.AskAny | asked.AskNot | asked.AskAlways)
    if simple and " is not " not in words and " and " not in words:
        return words.replace(" is ", " is not ", 1)
    return f"not ({words})"


def _unknown(question: asked.AskUnknown, knowledge: Knowledge) -> str:
    return f"it is not known whether {_bracketed_compound(question.unknown, knowledge)}"


def _bracketed_compound(question: Question, knowledge: Knowledge) -> str:
    words = in_words(question, knowledge)
    return f"({words})" if isinstance(question, asked.AskAll | asked.AskAny) else words


def _groups(groups: str | tuple[str, ...]) -> str:
    return _either(group_in_words(name) for name in ((groups,) if isinstance(groups, str) else groups))


def _either(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def _fixed(words: str) -> Callable[[Any, Knowledge], str]:
    return lambda *_: words


_SPEAKERS: Mapping[type, Callable[[Any, Knowledge], str]] = {
    asked.AskAnalyte: _analyte,
    asked.AskBand: _band,
    asked.AskFinding: _finding,
    asked.AskProposed: _proposed,
    asked.AskCaution: _caution,
    asked.AskCondition: _condition,
    asked.AskMedication: _medication,
    asked.AskAllergy: _allergy,
    asked.AskProcedure: _procedure,
    asked.AskAge: _age,
    asked.AskSex: lambda question, _: f"sex is {question.sex}",
    asked.AskPregnant: _fixed("the patient is pregnant"),
    asked.AskTrimester: _trimester,
    asked.AskDialysis: _fixed("the patient is on dialysis"),
    asked.AskRestlessLegs: _fixed("restless legs syndrome is asserted"),
    asked.AskAll: _all,
    asked.AskAny: _any,
    asked.AskNot: _not,
    asked.AskUnknown: _unknown,
    asked.AskAlways: _fixed("always"),
}
