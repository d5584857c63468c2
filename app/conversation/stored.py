"""A conversation as JSON can hold it, and back, exactly."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.conversation.turn import Conversation, Standing


def saved(conversation: Conversation) -> dict[str, Any]:
    """A conversation as JSON can hold it; `restored` is the exact inverse."""
    return {
        "flow": conversation.flow,
        "version": conversation.version,
        "language": conversation.language,
        "step": conversation.step,
        "standing": conversation.standing.value,
        "answers": dict(conversation.answers),
        "flagged": conversation.flagged,
        "wake_at": conversation.wake_at.isoformat() if conversation.wake_at else None,
        "state": dict(conversation.state),
    }


def restored(data: Mapping[str, Any]) -> Conversation:
    wake_at = data["wake_at"]
    return Conversation(
        flow=data["flow"],
        version=data["version"],
        language=data["language"],
        step=data["step"],
        standing=Standing(data["standing"]),
        answers=data["answers"],
        flagged=data["flagged"],
        wake_at=datetime.fromisoformat(wake_at) if wake_at else None,
        state=data["state"],
    )
