"""From step to step: taking an answer, going on, going back, coming to the end."""

from typing import Any

from app.conversation.compiled import Step
from app.conversation.definition import END, Say
from app.conversation.listing import GROUPS, YES
from app.conversation.routes import way_on
from app.conversation.talk import MOST_TRAIL, Talk
from app.conversation.turn import (
    Changed,
    Consented,
    Medium,
    NeedsHuman,
    Registered,
    Standing,
    Withdrew,
)

MOST_STEPS = 200
"""No flow that passed its checks comes near; one that did not must not hold up a batch."""
SENT_BESIDES = frozenset({"register", "change", "withdraw"})
"""What these say is worth having on the phone after a screen or a page is gone."""
NOT_OF_A_GROUP = frozenset({"group", "language"})


def go(talk: Talk, name: str) -> None:
    """Say what there is to say from this step on, up to the next question or the end."""
    passed: set[str] = set()
    for _ in range(MOST_STEPS):
        talk.path.append(name)
        if name == END or name not in talk.flow.steps:
            finish(talk)
            return
        step = talk.flow.steps[name]
        if not step.asks:
            name = state(talk, step)
        elif nothing_to_pick(talk, step):
            name = way_on(step.next, talk.known())
        elif talk.editing and name not in passed and answered(talk, step):
            passed.add(name)
            name = after(talk, step)
        else:
            ask(talk, step)
            return
    needs_human(talk, "the flow goes round in circles")
    finish(talk)


def nothing_to_pick(talk: Talk, step: Step) -> bool:
    """A choice among the person's own groups, and there is none."""
    return step.listing is not None and step.listing.source == GROUPS and not talk.groups()


def ask(talk: Talk, step: Step) -> None:
    if step.kind == "confirm":
        talk.editing = False
    elif step.fills in talk.answers and talk.flow.fields[step.fills].keep:
        # Somebody came here to correct an answer.
        talk.editing = True
    talk.step = step.name
    ask_again(talk)
    talk.misses = talk.asked_back = 0


def ask_again(talk: Talk) -> None:
    talk.asks = True
    talk.headless = talk.listing = False
    talk.page = 0
    talk.near, talk.near_named, talk.over, talk.prefix = None, "", "", ""
    talk.asked_on = "" if talk.medium is Medium.SMS else talk.medium.value


def answered(talk: Talk, step: Step) -> bool:
    if step.kind == "consent":
        return True
    if step.fills == "language":
        return True
    return step.fills in talk.answers


def after(talk: Talk, step: Step) -> str:
    """Where the answer that was given leads."""
    if step.is_yes_no:
        return step.yes or way_on(step.next, talk.known())
    value = talk.answers.get(step.fills)
    if step.leads and isinstance(value, str) and value in step.leads:
        return step.leads[value]
    return way_on(step.next, talk.known())


def state(talk: Talk, step: Step) -> str:
    """Say a statement and do what it does; nothing is said twice to somebody who corrects."""
    does = step.definition.does if isinstance(step.definition, Say) else None
    if does:
        do(talk, does)
    if does or not talk.editing:
        talk.said.append(talk.words(step))
    if does in SENT_BESIDES:
        talk.by_sms.append(talk.words(step, Medium.SMS))
    return way_on(step.next, talk.known())


def do(talk: Talk, does: str) -> None:
    code = talk.code()
    match does:
        case "register" if not any(isinstance(effect, Registered) for effect in talk.effects):
            talk.answers["group"] = talk.situation.fresh_code
            talk.effects.append(Registered(talk.situation.fresh_code, kept_fields(talk)))
            talk.trail.clear()
        case "change" if code:
            talk.answers["group"] = code
            talk.effects.append(Changed(code, changed_fields(talk)))
            talk.trail.clear()
        case "withdraw" if code:
            talk.answers["group"] = code
            talk.effects.append(Withdrew(code))
            talk.trail.clear()
        case "load" if group := talk.group():
            known = {
                name: value for name, value in group.fields.items() if name in talk.flow.fields
            }
            talk.answers.update(known, group=group.code)
            talk.trail.clear()


def kept_fields(talk: Talk) -> dict[str, Any]:
    return {
        name: value
        for name, value in talk.answers.items()
        if value is not None and name not in NOT_OF_A_GROUP and is_kept(talk, name)
    }


def is_kept(talk: Talk, name: str) -> bool:
    return name in talk.flow.fields and talk.flow.fields[name].keep


def changed_fields(talk: Talk) -> dict[str, Any]:
    """What differs from the group as it was; None for what was taken away."""
    group = talk.group()
    before = group.fields if group else {}
    return {
        name: value
        for name, value in talk.answers.items()
        if name not in NOT_OF_A_GROUP and is_kept(talk, name) and before.get(name) != value
    }


def answer(talk: Talk, step: Step, value: Any) -> None:
    """Take a valid answer and go on."""
    talk.path.append(step.name)
    if step.is_yes_no:
        given = value == YES
        if step.kind == "consent":
            talk.effects.append(Consented(step.name, wording(talk, step), given))
        remember(talk, step, {})
        go(talk, after(talk, step) if given else step.no)
        return
    if step.fills == "language":
        remember(talk, step, {"language": talk.language})
        talk.language = talk.flow.speaks(str(value))
        go(talk, way_on(step.next, talk.known()))
        return
    before = dict(talk.answers)
    if before.get(step.fills) != value:
        replace_answer(talk, step, value)
    talk.answers[step.fills] = value
    put_aside = {
        name: old for name, old in before.items() if name == step.fills or name not in talk.answers
    }
    remember(talk, step, put_aside)
    go(talk, after(talk, step))


def replace_answer(talk: Talk, step: Step, value: Any) -> None:
    """Forget what the new answer makes wrong: what lies under it, what is now out of the way."""
    was_ahead = fields_ahead(talk, step) if talk.editing else None
    for name in step.forgets:
        talk.answers.pop(name, None)
    talk.answers[step.fills] = value
    is_ahead = fields_ahead(talk, step) if was_ahead else None
    if was_ahead and is_ahead is not None:
        for name in was_ahead - is_ahead:
            talk.answers.pop(name, None)


def fields_ahead(talk: Talk, step: Step) -> frozenset[str] | None:
    """The fields of the questions between this one and the next confirmation, if one comes."""
    found: list[str] = []
    seen = {step.name}
    name = after(talk, step)
    while name in talk.flow.steps and name not in seen:
        seen.add(name)
        ahead = talk.flow.steps[name]
        if ahead.kind == "confirm":
            return frozenset(found)
        if ahead.fills:
            found.append(ahead.fills)
        name = after(talk, ahead) if ahead.asks else way_on(ahead.next, talk.known())
    return None


def wording(talk: Talk, step: Step) -> str:
    """The very words that were answered, which another medium may have shown."""
    return talk.words(step, Medium(talk.asked_on) if talk.asked_on else Medium.SMS)


def remember(talk: Talk, step: Step, before: dict[str, Any]) -> None:
    talk.trail.append([step.name, before, *([1] if talk.editing else [])])
    if len(talk.trail) > MOST_TRAIL:
        del talk.trail[0]


def back(talk: Talk) -> bool:
    """Take the last answer back; False if there is none."""
    while talk.trail:
        name, before, *editing = talk.trail.pop()
        step = talk.flow.steps.get(name)
        if step is None:
            continue
        before = dict(before)
        talk.language = before.pop("language", talk.language)
        talk.answers.pop(step.fills, None)
        talk.answers.update(before)
        talk.editing = bool(editing)
        talk.step = name
        talk.misses = talk.asked_back = 0
        ask_again(talk)
        return True
    return False


def finish(talk: Talk) -> None:
    talk.step = END
    talk.standing = Standing.DONE
    talk.asks = False
    talk.trail.clear()
    talk.misses = talk.asked_back = talk.page = 0
    talk.near, talk.near_named, talk.over, talk.prefix, talk.asked_on = None, "", "", "", ""
    talk.editing = talk.listing = talk.reminded = False


def start(talk: Talk) -> None:
    go(talk, way_on(talk.flow.start, talk.known()))


def restart(talk: Talk) -> None:
    talk.answers.clear()
    talk.trail.clear()
    talk.editing = talk.reminded = False
    talk.flagged = ""
    talk.standing = Standing.OPEN
    start(talk)


def needs_human(talk: Talk, reason: str) -> None:
    talk.flagged = reason
    talk.effects.append(NeedsHuman(reason))
