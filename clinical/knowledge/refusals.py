"""Says in a sentence what the schema refused: which item, which word, and which word may have been meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from clinical.knowledge import order_schema, proposal_schema, question_schema, schema
from clinical.knowledge.problems import Problem


def _models(module: Any) -> Iterator[type[BaseModel]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, BaseModel):
            yield value


def _words_of(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def _vocabulary() -> frozenset[str]:
    models = [model for words in (schema, proposal_schema, order_schema, question_schema) for model in _models(words)]
    return frozenset(word for model in models for word in _words_of(model))


VOCABULARY = _vocabulary()


def problems_of(error: ValidationError, file: str, data: Mapping[str, Any]) -> list[Problem]:
    """One problem per refusal, each naming the item of ``data`` (the file as TOML read it) in which it stands."""
    return [Problem(file, _item(one["loc"], data), _sentence(one)) for one in error.errors(include_url=False)]


def _item(place: Sequence[int | str], data: Mapping[str, Any]) -> str:
    if len(place) < 2 or not isinstance(place[1], int):
        return ""
    kind, index = str(place[0]), place[1]
    entry = data[kind][index]
    name = entry.get("id") or entry.get("analyte") if isinstance(entry, Mapping) else None
    return f"{kind} {name}" if isinstance(name, str) else f"{kind} number {index + 1}"


def _sentence(refusal: ErrorDetails) -> str:
    place, kind, given = refusal["loc"], refusal["type"], refusal["input"]
    if kind == "extra_forbidden":
        return f"unknown word '{place[-1]}'{_did_you_mean(str(place[-1]))}"
    if kind == "unknown_question":
        return _unknown_question(given)
    where = _path(place)
    if kind == "missing":
        return f"the word '{place[-1]}' is missing"
    if kind == "value_error":
        return refusal["msg"].removeprefix("Value error, ")
    told = f", not {given!r}" if isinstance(given, str | int | float | bool) else ""
    return f"{where}{refusal['msg'][0].lower()}{refusal['msg'][1:]}{told}"


def _unknown_question(given: Any) -> str:
    strange = [word for word in given if word not in VOCABULARY] if isinstance(given, Mapping) else []
    if strange:
        return f"unknown word '{strange[0]}'{_did_you_mean(strange[0])}"
    return f"{given!r} is not a question: no subject word such as 'analyte', 'condition' or 'all' begins it"


def _path(place: Sequence[int | str]) -> str:
    """The words that lead to the fault inside its item. A question's kind, which pydantic repeats, is told once."""
    words = [str(part) for part in place[2:] or place if not isinstance(part, int)]
    plain = [word for number, word in enumerate(words) if words[number - 1 : number] != [word]]
    return f"'{'.'.join(plain)}': " if plain else ""


def _did_you_mean(word: str) -> str:
    close = get_close_matches(word, sorted(VOCABULARY), n=1, cutoff=0.7)
    return f" (did you mean '{close[0]}'?)" if close else ""
