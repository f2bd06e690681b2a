"""Conditions found by name, in problems that carry words and no code that we know.

Source: the matched names of value_sets/condition-*.json; condition_names.toml says which words beside a name deny it. A
name tells less than a code: whoever asks takes it as "possibly", never as asserted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache

from terminology.code_groups import value_sets
from terminology.laboratory_names import any_of, plain_words
from terminology.tables import condition_name_table

_CLAUSE_ENDS = re.compile(r"[,;.()\n]")
# People shorten these with a slash, which plain words do not have.
_SHORTENED = ((re.compile(r"\br/o\b", re.IGNORECASE), "rule out"), (re.compile(r"\bw/o\b", re.IGNORECASE), "without"))


@lru_cache(maxsize=4096)
def conditions_by_name(text: str) -> frozenset[str]:
    """The conditions whose names stand in the text as whole words ("Hereditary haemochromatosis (HFE)").

    Not those of which the text says that the patient does not have them ("no ...", "family history of ...", "rule out
    ..."). Where it may be read either way, the condition is named.
    """
    for shortened, long in _SHORTENED:
        text = shortened.sub(long, text)
    clauses = [text, *_CLAUSE_ENDS.split(text)]
    return frozenset(id for clause in clauses for id in _named_in(plain_words(clause)))


def _named_in(words: str) -> Iterator[str]:
    for match in _names().finditer(words):
        if not _denied_before(words[: match.start()]) and not _denied_after(words[match.end() :]):
            yield from _sets_of_name().get(match[0], ())


def _denied_before(words: str) -> bool:
    near = words.split()[-condition_name_table()["reach"] :]
    last_barrier = max((place for place, word in enumerate(near) if word in _barriers()), default=-1)
    return _before().search(f" {' '.join(near[last_barrier + 1 :])} ") is not None


def _denied_after(words: str) -> bool:
    near = words.split()[: condition_name_table()["reach"]]
    first_barrier = next((place for place, word in enumerate(near) if word in _barriers()), len(near))
    near = near[:first_barrier]
    if not _undoing().isdisjoint(near):
        return False
    return _after().search(f" {' '.join(near)} ") is not None


@cache
def _sets_of_name() -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for made in value_sets().values():
        for name in made.names if made.kind == "condition" else ():
            found[plain_words(name).strip()].add(made.id)
    return {name: frozenset(ids) for name, ids in found.items()}


@cache
def _names() -> re.Pattern[str]:
    return any_of([*_sets_of_name(), *condition_name_table()["others"]])


@cache
def _before() -> re.Pattern[str]:
    return any_of(condition_name_table()["before"])


@cache
def _after() -> re.Pattern[str]:
    return any_of(condition_name_table()["after"])


@cache
def _barriers() -> frozenset[str]:
    return frozenset(condition_name_table()["barriers"])


@cache
def _undoing() -> frozenset[str]:
    return frozenset(condition_name_table()["undone_by"])
