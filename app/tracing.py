"""Traces for those who collect them: off, and nothing imported, unless an endpoint is named.

Spans hold channels, counts and outcomes; never a number, a text or an error's words.
"""

import contextlib
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import structlog

log = structlog.get_logger()

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
FLUSH_MS = 3000

_state: dict[str, Any] = {}
"""The process's provider and tracer, while they are on."""


class _Untraced:
    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        pass


_NOTHING = contextlib.nullcontext(_Untraced())


def begin() -> None:
    """Switch on what the usual environment variables of OpenTelemetry ask for."""
    if _state or not any(map(os.environ.get, ENDPOINTS)):
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  heavy, and optional
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        log.warning("traces.off", reason="pip install muster[otel]")
        return
    given = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "muster")})
    provider = TracerProvider(resource=given)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _state.update(provider=provider, tracer=provider.get_tracer("muster"))
    log.info("traces.on")


def span(name: str, **attributes: str | int) -> AbstractContextManager[Any]:
    """Trace what happens in the block; gives what takes further attributes."""
    tracer = _state.get("tracer")
    if tracer is None:
        return _NOTHING
    told = {f"muster.{key}": value for key, value in attributes.items()}
    found: AbstractContextManager[Any] = tracer.start_as_current_span(
        name, attributes=told, record_exception=False, set_status_on_exception=False
    )
    return found


def end() -> None:
    """Hand over what is still here, and switch off."""
    if _state:
        provider = _state["provider"]
        _state.clear()
        provider.force_flush(FLUSH_MS)
        provider.shutdown()
