"""Our signing keys as their file holds them now: a rotation needs no restart.

A file that cannot be read any more, or was just being written, changes nothing: the keys that were good stay good.
"""

from __future__ import annotations

from pathlib import Path

from hosting import Settings, SettingsError, SigningKeys, log, read_signing_keys

_Mark = tuple[int, int, int]


class CurrentKeys:
    """Raises ``SettingsError`` where the file cannot be used at the start."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._mark = _mark_of(settings.signing_key_file)
        self._keys = read_signing_keys(settings)

    def now(self) -> SigningKeys:
        mark = _mark_of(self._settings.signing_key_file)
        if mark != self._mark and mark is not None:
            self._mark = mark
            self._read_again()
        return self._keys

    def _read_again(self) -> None:
        try:
            self._keys = read_signing_keys(self._settings)
        except SettingsError:
            log.error("signing keys not readable any more")
        else:
            log.info("signing keys read again")


def _mark_of(path: Path | None) -> _Mark | None:
    """What changes whenever the file does."""
    try:
        told = path.stat() if path else None
    except OSError:
        return None
    return (told.st_ino, told.st_mtime_ns, told.st_size) if told else None
