"""The desk of the demo EHR: what a clinician sees in the browser, and the CDS client behind it.

One door: ``desk_of`` makes what the pages share, ``desk_pages`` the pages.
"""

from __future__ import annotations

from demo_ehr.desk.front_desk import FrontDesk, Places, Quietness
from demo_ehr.desk.pages import desk_pages

__all__ = ["FrontDesk", "Places", "Quietness", "desk_pages"]
