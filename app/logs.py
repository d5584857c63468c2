"""Logs: one line of JSON an event, names and counts alone. No numbers, no texts, no secrets."""

import contextlib
import json
import logging
import os
import sys

import structlog

ALLOWED = frozenset(
    {"event", "level", "timestamp", "channel", "error", "count", "flow", "name", "status", "path"}
    | {"seconds", "port", "where", "version", "reason", "state", "id"}
)
"""`id` is the one that a page or an answer gives when something failed on our side."""


class StandardError:
    """Takes lines. Where one cannot be written (a full disk, a reader that died) it is lost.

    Whoever logs is in the middle of something that matters more. Nothing is held back for later.
    """

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            os.write(sys.stderr.fileno(), text.encode())

    def flush(self) -> None:
        """Nothing waits."""


def set_up_logs() -> None:
    """Send our own events and the libraries' warnings to standard error."""
    told = StandardError()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # One write a line: of several that log at once, no two share one.
        logger_factory=structlog.WriteLoggerFactory(told),  # type: ignore[arg-type]
    )
    handler = logging.StreamHandler(told)
    handler.setFormatter(_Plain())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)  # else they are lines of their own, in anybody's words


def only_allowed(
    logger: object, method: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    """Drop every key that is not known to be harmless."""
    return {key: value for key, value in event.items() if key in ALLOWED}


def _line(event: object, **_: object) -> str:
    """One line of plain letters: what would steer a terminal or turn words about is escaped."""
    return json.dumps(event, default=str).replace("\x7f", "\\u007f")


class _Plain(logging.Formatter):
    """Libraries' records, by their class of error and place: their words may hold anything."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        where = f"{record.name}:{record.lineno}"
        given = {"event": "library", "level": record.levelname.lower(), "where": where}
        return _line(given | ({"error": error} if error else {}))
