"""When silence is heard: a reminder, outside quiet hours, and then the end."""

from datetime import datetime, timedelta

from app.conversation.compiled import Flow
from app.conversation.talk import Talk
from app.conversation.turn import Standing


def next_wake(talk: Talk) -> datetime | None:
    """When to hear silence after a turn that a person caused."""
    if talk.standing is not Standing.OPEN:
        return None
    silence = talk.flow.silence
    return talk.now + (silence.expire_after if talk.reminded else silence.remind_after)


def after_quiet(flow: Flow, now: datetime) -> datetime | None:
    """The end of the quiet hours that it is now; None outside of them."""
    quiet = flow.silence.quiet
    if quiet is None or quiet.start == quiet.end:
        return None
    local = now.astimezone(flow.zone)
    clock = local.time()
    over_midnight = quiet.start > quiet.end
    inside = (
        clock >= quiet.start or clock < quiet.end
        if over_midnight
        else quiet.start <= clock < quiet.end
    )
    if not inside:
        return None
    end = local.replace(hour=quiet.end.hour, minute=quiet.end.minute, second=0, microsecond=0)
    if end <= local:
        end = (end + timedelta(days=1)).replace(hour=quiet.end.hour, minute=quiet.end.minute)
    return end.astimezone(now.tzinfo)
