"""The front door that stands behind the product: what it is for, its limits, and on what each rule rests.

``front_door(settings, registry)`` is found by the entry point group ``rls_nutrients.front_doors``.
"""

from about.routes import front_door

__all__ = ["front_door"]
