"""Every text of a flow at its longest: what it costs by SMS, how many screens it takes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.conversation.compiled import Flow, Step, Wording
from app.conversation.definition import Picking, YesNo
from app.conversation.options import Options, options
from app.conversation.pages import SCREEN, fits, pages
from app.conversation.show import listed
from app.conversation.source import Path, Problem
from app.conversation.speak import BETWEEN
from app.conversation.turn import Medium
from app.conversation.widest import WIDE, blame, widest_slots, widest_values
from app.text.digits import shown
from app.text.screens import SCREEN as SCREEN_UNITS
from app.text.screens import ussd_size
from app.text.segments import ALONE, JOINED, Encoding, offenders, segments, units

MEASURED = (Medium.SMS, Medium.USSD)
FEW = 8
NOT_SAID = frozenset({"yes", "no", "none", "key_back", "key_more", "key_skip", "example"})
"""Phrases that are only ever part of another text."""


@dataclass(frozen=True)
class Spot:
    """Which text of a flow."""

    flow: Flow
    step: str
    what: str
    language: str
    medium: Medium
    path: Path
    most: int
    """What the budget allows, in segments or screens."""


@dataclass(frozen=True)
class Row:
    """One text at its worst."""

    spot: Spot
    encoding: Encoding
    units: int
    segments: int
    """Of the dearest message, by SMS; 0 on USSD."""
    pages: int
    """Screens, or the messages that a long list takes."""
    price: Decimal
    text: str
    over: bool

    def as_json(self) -> dict[str, Any]:
        spot = self.spot
        return {
            "flow": spot.flow.name,
            "step": spot.step,
            "what": spot.what,
            "language": spot.language,
            "medium": spot.medium.value,
            "most": spot.most,
            "encoding": self.encoding.value,
            "units": self.units,
            "segments": self.segments,
            "pages": self.pages,
            "price": str(self.price),
            "over": self.over,
            "text": self.text,
        }


def measured(flow: Flow) -> list[Row]:
    return [row for language in flow.languages for row in in_language(flow, language)]


def in_language(flow: Flow, language: str) -> Iterator[Row]:
    values, slots = widest_values(flow, language), widest_slots(flow, language)
    for medium in MEASURED:
        for step in flow.steps.values():
            yield question_row(flow, step, language, medium, values)
            for what, wording, path in besides(step):
                own = {**slots, "example": step.example.get(language, slots["example"])}
                spot = Spot(
                    flow, step.name, what, language, medium, path, allowed(flow, None, medium)
                )
                yield measure(spot, filled(wording, spot, own))
        for what, wording, path in common(flow):
            spot = Spot(flow, "", what, language, medium, path, allowed(flow, None, medium))
            yield measure(spot, filled(wording, spot, slots))


def besides(step: Step) -> Iterator[tuple[str, Wording, Path]]:
    """What a step may say besides its question."""
    path: Path = ("steps", step.name)
    for at, wording in enumerate(step.again):
        yield f"again {at + 1}", wording, (*path, "again", at)
    if step.help:
        yield "help", step.help, (*path, "help")


def common(flow: Flow) -> Iterator[tuple[str, Wording, Path]]:
    yield "help", flow.help, ("help",)
    for name, wording in flow.phrases.items():
        if name not in NOT_SAID:
            yield name, wording, ("phrases", name)


def filled(wording: Wording, spot: Spot, values: Mapping[str, str]) -> str:
    text = wording[spot.language, spot.medium].fill(lambda name: values.get(name, ""))
    if not spot.what.startswith("miss_"):
        return text
    example = spot.flow.phrases["example"][spot.language, spot.medium]
    return f"{text} {example.fill(lambda name: values[name])}"


def question_row(
    flow: Flow, step: Step, language: str, medium: Medium, values: Mapping[str, str]
) -> Row:
    lines = longest_lines(flow, step, language, medium)
    if medium is Medium.USSD and step.optional:
        lines = (*lines, f"{flow.keys.skip} {phrase(flow, 'key_skip', language, medium)}")
    path = ("steps", step.name, "says", language)
    most = allowed(flow, step, medium)
    spot = Spot(flow, step.name, "says", language, medium, path, most)
    text = filled(step.says, spot, values)
    if medium is Medium.SMS and step.is_yes_no:
        text, lines = "\n".join((text, *lines)), ()  # always in one message
    return measure(spot, text, lines)


def allowed(flow: Flow, step: Step | None, medium: Medium) -> int:
    budget = flow.definition.budget
    if medium is Medium.SMS:
        return (step.definition.segments if step else None) or budget.segments
    return (step.definition.screens if step else None) or budget.screens


def measure(spot: Spot, text: str, lines: tuple[str, ...] = ()) -> Row:
    flow, language, medium = spot.flow, spot.language, spot.medium
    sms = medium is Medium.SMS
    more = f"{shown(flow.keys.more, language)} {phrase(flow, 'key_more', language, medium)}"
    back = f"{shown(flow.keys.back, language)} {phrase(flow, 'key_back', language, medium)}"
    # A list may go on in another message; what stands above it must fit by itself.
    fitting = fits(text, spot.most) if sms else True
    parts: tuple[str, ...] = (text,)
    if fitting:
        parts = pages(text, lines, spot.most if sms else SCREEN, more, "" if sms else back)
    dearest = max(parts, key=lambda part: (segments(part).count, segments(part).units))
    encoding, count, size = segments(dearest)
    price = flow.definition.price
    each = price.gsm7 if encoding is Encoding.GSM7 else price.ucs2
    return Row(
        spot,
        encoding,
        units=size if sms else max(ussd_size(part).units for part in parts),
        segments=count if sms else 0,
        pages=len(parts),
        price=each * count * len(parts) if sms else Decimal(0),
        text=dearest,
        over=not fitting or (not sms and len(parts) > spot.most),
    )


def phrase(flow: Flow, name: str, language: str, medium: Medium) -> str:
    return flow.phrases[name][language, medium].fill(str)


def longest_lines(flow: Flow, step: Step, language: str, medium: Medium) -> tuple[str, ...]:
    """The option lines of the longest list that the step may show."""
    if step.listing is None or medium not in step.listed:
        return ()
    definition = step.definition
    if isinstance(definition, Picking) and definition.source == "groups":
        return ()  # as many as the person has; paged
    if isinstance(definition, YesNo) or not step.listing.under:
        return as_lines(step.listing.options(language), language, medium)
    branches = sorted(
        (entries for parent, entries in step.listing.below.items() if parent),
        key=lambda entries: sum(len(entry.label[language]) + 4 for entry in entries),
        reverse=True,
    )
    above = next((one for one in flow.steps.values() if one.fills == step.listing.under), None)
    together = [entry for branch in branches[: above.several if above else 1] for entry in branch]
    return as_lines(options(together, language, step.listing.avoid), language, medium)


def as_lines(table: Options, language: str, medium: Medium) -> tuple[str, ...]:
    return listed(table.numbers, table.labels, language, BETWEEN[medium])


# --- over the budget ----------------------------------------------------------------------------


def over_budget(rows: Iterable[Row]) -> Iterator[Problem]:
    return (too_long(found) for found in rows if found.over)


def too_long(found: Row) -> Problem:
    spot = found.spot
    sms = spot.medium is Medium.SMS
    size = f"{segments(found.text).count} segments" if sms else f"{found.pages} screens"
    culprits, hint = culprits_of(found)
    if spot.path[0] == "phrases" and spot.what not in spot.flow.definition.phrases:
        hint += f"; put your own `{spot.what}` under `phrases`"
    return spot.flow.source.problem(
        spot.path,
        f"{spot.what}: {size} at worst, {spot.most} allowed",
        hint,
        step=spot.step,
        language=spot.language,
        medium=spot.medium.value,
        offenders=culprits,
    )


def culprits_of(found: Row) -> tuple[str, str]:
    """The characters to blame: those that force UCS-2, or those that are too many."""
    most = found.spot.most
    sms = found.spot.medium is Medium.SMS
    # Letters that people bring along are nobody's fault.
    odd = offenders(found.text.replace(WIDE, " "))
    plain = "".join(" " if character in odd else character for character in found.text)
    if odd and len(odd) <= FEW and fits(plain, most if sms else SCREEN):
        return odd, f"{odd!r} make it UCS-2; without them it fits"
    encoding = found.encoding
    room = SCREEN_UNITS[encoding] * most
    if sms:
        room = ALONE[encoding] if most == 1 else JOINED[encoding] * most
    rest = blame(found.text, room, encoding)
    if not rest:
        return "", "shorten the list, or allow more screens"
    return rest, f"{units(found.text, encoding) - room} too many: {rest!r}"
