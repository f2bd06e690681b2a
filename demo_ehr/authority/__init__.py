"""Who may do what in the demo EHR: registered apps, launches, scopes and tokens, and the SMART server for them."""

from __future__ import annotations

from demo_ehr.authority.apps import RegisteredApp
from demo_ehr.authority.scopes import DataScope
from demo_ehr.authority.server import authorization_server
from demo_ehr.authority.tokens import USER, Authority, IssuedToken, LaunchContext

__all__ = ["USER", "Authority", "DataScope", "IssuedToken", "LaunchContext", "RegisteredApp", "authorization_server"]
