"""Medicines and substances found by name: the last resort, where no code was sent or none that we know."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, lru_cache

from terminology.code_groups import value_sets
from terminology.laboratory_names import any_of, plain_words

# Drops, ear drops and ointments reach neither gut nor blood in amounts that any rule here is about.
_LOCAL_USE = any_of(["ophthalmic", "otic", "eye", "ear", "topical", "cutaneous", "shampoo"])


@cache
def _sets_of_name() -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for made in value_sets().values():
        if made.kind == "condition":
            continue
        for name in (*made.names, *(coding.display for coding in made.ingredients if coding.display)):
            found[plain_words(name).strip()].add(made.id)
    return {name: frozenset(ids) for name, ids in found.items()}


@cache
def _names() -> re.Pattern[str]:
    return any_of(_sets_of_name())


@lru_cache(maxsize=4096)
def drug_groups_by_name(text: str) -> frozenset[str]:
    """The drug classes and substances whose names stand in the text as whole words ("Omeprazole 20 MG Oral Capsule").

    Every ingredient of a combination counts; of names that overlap the longest counts ("iron sucrose" is not "iron").
    Medicines for eye, ear and skin are left out.
    """
    words = plain_words(text)
    if _LOCAL_USE.search(words):
        return frozenset()
    return frozenset[str]().union(*(_sets_of_name()[name] for name in _names().findall(words)))
