"""What the product knows: read from the TOML files of this folder, checked, and shown.

    knowledge = load_knowledge("international")

Raises `KnowledgeError`, whose ``problems`` name file, item and word.
"""

from clinical.knowledge.checking import check_knowledge
from clinical.knowledge.handouts import Handout, load_handouts
from clinical.knowledge.loading import PACKAGE_FOLDER, Knowledge, Table, load_knowledge
from clinical.knowledge.needs import LABORATORY_KEY, Need, needs
from clinical.knowledge.placing import Placed, placed_items
from clinical.knowledge.problems import KnowledgeError, Problem
from clinical.knowledge.question_schema import Question
from clinical.knowledge.schema import (
    JURISDICTIONS,
    Advice,
    Band,
    Caution,
    Conflict,
    Derivation,
    Finding,
    Freshness,
    Jurisdiction,
    Limit,
    Proposal,
    Rule,
    Source,
)
from clinical.knowledge.showing import show_nutrient
from clinical.knowledge.statements import conditions_of, statement_of
from clinical.knowledge.uses import Datum, Use, Uses
from clinical.knowledge.visiting import all_parts_of, parts
from clinical.knowledge.wording import in_words

__all__ = [
    "JURISDICTIONS",
    "LABORATORY_KEY",
    "PACKAGE_FOLDER",
    "Advice",
    "Band",
    "Caution",
    "Conflict",
    "Datum",
    "Derivation",
    "Finding",
    "Freshness",
    "Handout",
    "Jurisdiction",
    "Knowledge",
    "KnowledgeError",
    "Limit",
    "Need",
    "Placed",
    "Problem",
    "Proposal",
    "Question",
    "Rule",
    "Source",
    "Table",
    "Use",
    "Uses",
    "all_parts_of",
    "check_knowledge",
    "conditions_of",
    "in_words",
    "load_handouts",
    "load_knowledge",
    "needs",
    "parts",
    "placed_items",
    "show_nutrient",
    "statement_of",
]
