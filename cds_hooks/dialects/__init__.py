"""What one EHR's cards may hold: the same cards, said in its dialect. Each dialect stands in one place.

A dialect takes away or divides what an EHR would drop or misread; it never adds a statement and never changes a word.
"""

from __future__ import annotations

from cds_hooks.dialects.dialect import Dialect
from cds_hooks.dialects.epic import EPIC
from cds_hooks.dialects.oracle import ORACLE
from cds_hooks.dialects.speaking import dialect_of, in_dialect, spoken_hooks
from cds_hooks.dialects.standard import STANDARD

__all__ = ["EPIC", "ORACLE", "STANDARD", "Dialect", "dialect_of", "in_dialect", "spoken_hooks"]
