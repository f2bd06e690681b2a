"""The command line: ``rls-nutrients serve | assess | knowledge``, and whatever other commands are installed.

This is the one door of the room. A further command is a click command under the entry-point group
``rls_nutrients.commands``; a further format of ``assess`` is a function under ``rls_nutrients.formats``.
"""

from __future__ import annotations

from command_line.program import main

__all__ = ["main"]
