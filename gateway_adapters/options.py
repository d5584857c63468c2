"""Make an adapter from its options as a configuration file or JSON gives them."""

import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from datetime import timedelta
from decimal import Decimal
from typing import Any

from gateway_adapters.contract import Adapter


class BadOptions(Exception):
    """An option is unknown, missing or of the wrong kind; the text says which."""


def build(
    kind: type[Adapter], options: Mapping[str, Any], *, lenient: bool = False, preset: str = ""
) -> Adapter:
    """Make the adapter; it may raise ValueError itself for options that do not go together.

    `lenient` fills what is missing with nothing, to read recordings.
    """
    given = {**_preset(kind, str(options.get("preset", preset))), **options}
    given.pop("preset", None)
    known = {field.name: field for field in fields(kind)}
    if unknown := sorted(set(given) - set(known)):
        raise BadOptions(f"unknown option {unknown[0]!r}; known are {', '.join(sorted(known))}")
    hints = typing.get_type_hints(kind)
    values = {name: _as(hints[name], value, name) for name, value in given.items()}
    for name, field in known.items():
        if name not in values and is_required(field):
            if not lenient:
                raise BadOptions(f"option {name!r} is missing")
            values[name] = _nothing(hints[name])
    try:
        return kind(**values)
    except ValueError as error:
        raise BadOptions(str(error)) from error


def is_secret(field: Field[Any]) -> bool:
    return bool(field.metadata.get("secret"))


def is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def presets(kind: type[Adapter]) -> Mapping[str, Mapping[str, Any]]:
    """Named sets of options that an adapter ships with."""
    found: Mapping[str, Mapping[str, Any]] = getattr(kind, "PRESETS", {})
    return found


def _preset(kind: type[Adapter], name: str) -> Mapping[str, Any]:
    if not name:
        return {}
    if name not in presets(kind):
        raise BadOptions(f"unknown preset {name!r}; known are {', '.join(sorted(presets(kind)))}")
    return presets(kind)[name]


def _nothing(hint: Any) -> Any:
    return {bool: False, int: 0, float: 0.0, Decimal: Decimal(0)}.get(hint, "")


def _as(hint: Any, value: Any, name: str) -> Any:
    """Bring a value of TOML or JSON to the option's type."""
    origin = typing.get_origin(hint) or hint
    if origin is tuple and isinstance(value, list | tuple):
        return tuple(str(item) for item in value)
    if origin is tuple and isinstance(value, str):
        return (value,)
    if origin is Mapping and isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if hint is timedelta and isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(seconds=value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint is str and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(origin, type) and isinstance(value, origin):
        if origin is int and isinstance(value, bool):
            raise BadOptions(f"option {name!r} must be a whole number")
        return value
    wanted = getattr(hint, "__name__", str(hint))
    raise BadOptions(f"option {name!r} must be {wanted}, not {type(value).__name__}")
