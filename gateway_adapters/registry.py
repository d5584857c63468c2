"""Every carrier by name: one import and one line each, sorted. Opened by main and cli alone."""

from gateway_adapters.contract import Adapter
from gateway_adapters.simulator import Simulator

ADAPTERS: dict[str, type[Adapter]] = {
    "simulator": Simulator,
}

ALIASES: dict[str, str] = {}
"""Other names for the same; `template/asanak_push` is an adapter with one of its presets."""


class UnknownCarrier(Exception):
    """No adapter has this name."""


def find(name: str) -> tuple[type[Adapter], str]:
    """The adapter that goes by this name, and the preset that the name stands for, if any."""
    adapter, _, preset = ALIASES.get(name, name).partition("/")
    if adapter not in ADAPTERS:
        raise UnknownCarrier(f"no carrier is called {name!r}")
    return ADAPTERS[adapter], preset
