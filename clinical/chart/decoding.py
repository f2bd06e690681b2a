"""Bytes to typed values: in one pass where the sender kept to the types, element by element where not.

The quick way decodes the whole body at once. One ill-typed element would fail all of it, so then every element is tried
on its own: what fits is kept, what does not is left out and named. Both ways end in the same types, so that
there is one reader behind them and the answer for the sound elements cannot differ. A part that was left as bytes
(``part_reader``) is read the same two ways when it is asked for.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Hashable
from functools import lru_cache
from threading import Lock
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec

T = TypeVar("T")
ABSENT = msgspec.Raw(b"")


class NotJson(ValueError):
    """The body is not JSON (RFC 8259) at all; the text says where it breaks, never what stands there."""


def decode(data: bytes, type_: type[T]) -> T:
    """Decode ``data`` into ``type_``; ill-typed elements become absent and are named in ``Resource.lost``.

    Raises ``NotJson`` for malformed JSON, NaN or Infinity, and where the outermost value is of the wrong kind.
    """
    try:
        value: T = _decoder(cast(Hashable, type_)).decode(data)
        return value
    except msgspec.ValidationError:
        return _element_by_element(data, type_)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotJson(f"the body is not valid JSON: {error}") from None
    except RecursionError:
        raise NotJson("the body is nested too deeply to be read") from None


def _element_by_element(data: bytes, type_: type[T]) -> T:
    try:
        value, _ = _salvage(msgspec.Raw(data), type_)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotJson(f"the body is not valid JSON: {error}") from None
    except RecursionError:
        raise NotJson("the body is nested too deeply to be read") from None
    if value is _NOTHING:
        raise NotJson(f"the body is JSON, but not a {type_.__name__}")
    return value  # type: ignore[no-any-return]


def part_reader(type_: Any, nothing: Any) -> Callable[[msgspec.Raw], Any]:
    """A reader of one kind of part; ``nothing`` stands for a part that is absent, null or of another kind altogether.

    What surrounds a part was JSON, so that only its text can be broken: bytes that are no UTF-8 are read as U+FFFD.
    """
    decode_soundly = msgspec.json.Decoder(type_ | None).decode

    def read(part: msgspec.Raw) -> Any:
        if part is ABSENT:
            return nothing
        try:
            value = decode_soundly(part)
        except (msgspec.DecodeError, UnicodeDecodeError):
            value = _salvage(_sound_text(part), type_)[0]
        return nothing if value is None or value is _NOTHING else value

    return read


def lost_in(part: msgspec.Raw, type_: Any) -> tuple[str, ...]:
    """The paths of what does not fit ``type_`` within one part."""
    if part is ABSENT:
        return ()
    try:
        return _salvage(part, type_ | None)[1]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _salvage(_sound_text(part), type_ | None)[1]


def _sound_text(part: msgspec.Raw) -> msgspec.Raw:
    return msgspec.Raw(bytes(part).decode(errors="replace").encode())


_NOTHING: Any = object()


def _salvage(raw: msgspec.Raw, type_: Any) -> tuple[Any, tuple[str, ...]]:
    """The value as far as it fits ``type_``, and the paths of what was left out; ``_NOTHING`` if nothing fits."""
    try:
        return _decoder(type_).decode(raw), ()
    except msgspec.ValidationError:
        pass
    form = _first_byte(raw)
    for option in _options(type_):
        if form == b"{" and isinstance(option, type) and issubclass(option, msgspec.Struct):
            return _salvage_struct(raw, option)
        if form == b"{" and get_origin(option) is dict:
            return _salvage_dict(raw, get_args(option)[1])
        if form == b"[" and get_origin(option) is tuple:
            return _salvage_tuple(raw, get_args(option)[0])
    return _NOTHING, ("",)


def _salvage_struct(raw: msgspec.Raw, struct: type[msgspec.Struct]) -> tuple[Any, tuple[str, ...]]:
    elements = _decoder(dict[str, msgspec.Raw]).decode(raw)
    kept: dict[str, Any] = {}
    lost: list[str] = []
    for field in msgspec.structs.fields(struct):
        if field.encode_name not in elements:
            continue
        value, paths = _salvage(elements[field.encode_name], _hints(struct)[field.name])
        lost.extend(f"{field.encode_name}.{path}".rstrip(".") for path in paths)
        if value is not _NOTHING:
            kept[field.name] = value
    if "lost" in struct.__struct_fields__:
        return struct(**{**kept, "lost": tuple(lost)}), ()
    return struct(**kept), tuple(lost)


def _salvage_dict(raw: msgspec.Raw, type_: Any) -> tuple[Any, tuple[str, ...]]:
    kept: dict[str, Any] = {}
    lost: list[str] = []
    for key, element in _decoder(dict[str, msgspec.Raw]).decode(raw).items():
        value, paths = _salvage(element, type_)
        lost.extend(f"{key}.{path}".rstrip(".") for path in paths)
        if value is not _NOTHING:
            kept[key] = value
    return kept, tuple(lost)


def _salvage_tuple(raw: msgspec.Raw, type_: Any) -> tuple[Any, tuple[str, ...]]:
    kept: list[Any] = []
    lost: list[str] = []
    for index, element in enumerate(_decoder(list[msgspec.Raw]).decode(raw)):
        value, paths = _salvage(element, type_)
        lost.extend(f"{index}.{path}".rstrip(".") for path in paths)
        if value is not _NOTHING:
            kept.append(value)
    return tuple(kept), tuple(lost)


_one_at_a_time = Lock()


@lru_cache(maxsize=256)
def _decoder(type_: Hashable) -> msgspec.json.Decoder[Any]:
    """msgspec looks at a class when it first meets it, and ends the process where two threads do so at once."""
    with _one_at_a_time:
        return msgspec.json.Decoder(type_)


@lru_cache(maxsize=64)
def _hints(struct: type[msgspec.Struct]) -> dict[str, Any]:
    return get_type_hints(struct)


def _options(type_: Any) -> tuple[Any, ...]:
    if get_origin(type_) in (Union, types.UnionType):
        return get_args(type_)
    return (type_,)


def _first_byte(raw: msgspec.Raw) -> bytes:
    return bytes(raw).lstrip()[:1]
