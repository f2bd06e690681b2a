"""The CDS Hooks front door: discovery, hook calls, and the writing of cards.

``front_door(settings, registry)`` is found by the entry point group ``rls_nutrients.front_doors``, ``cards_of``
by ``rls_nutrients.formats``, ``feedback`` by ``rls_nutrients.commands``.
"""

from cds_hooks.cards import cards_of
from cds_hooks.feedback_commands import feedback
from cds_hooks.routes import front_door

__all__ = ["cards_of", "feedback", "front_door"]
