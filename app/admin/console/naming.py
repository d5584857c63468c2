"""What ids, reasons and entries of the audit are called in the reader's language.

What carriers say and what flows of one's own are made of has no text of ours: it is shown in
the words that are there, and where those are none, as it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.admin.console.speech import LANGUAGES, Speech
from app.conversation.compiled import Flow, Flows
from app.conversation.turn import Medium

SHORT = 42
"""Letters of a question that stand for its step where nothing else names it."""

REASONS: tuple[tuple[str, str], ...] = (
    (r"past its deadline", "reason_late"),
    (r"its worker died while sending", "reason_worker_died"),
    (r"opted out", "reason_opted_out"),
    (r"cancelled by staff", "reason_cancelled"),
    (r"our fault: (?P<rest>.+)", "reason_our_fault"),
    (r"HTTP (?P<rest>\d{3})", "reason_http"),
    (r"an answer we cannot read: (?P<rest>.+)", "reason_unreadable_answer"),
    (r"an answer for other messages than ours", "reason_other_messages"),
    (r"no result for this message", "reason_no_result"),
    (r"(?P<rest>NotSent|\w*Connect\w*Error|ConnectionTimeoutError)", "reason_not_sent"),
    (r"(?P<rest>NoAnswer|TimeoutError|Server\w+Error|IncompleteReadError)", "reason_no_answer"),
    (r"the request cannot be read: (?P<rest>.+)", "reason_unread"),
    (r"no field '(?P<rest>.+)'", "reason_no_field"),
    (r"(?P<rest>[A-Z]\w*(Error|Exception))", "reason_our_fault"),
    (r"A (?P<status>\w+) group may become: .*", "reason_status"),
    (r"There is no such .*", "reason_not_there"),
    (r"It was sent again already.*", "reason_sent_again"),
    (r"A screen cannot be sent again.*", "reason_screen"),
    (r"A code is not sent again.*", "reason_code"),
    (r"Only a queued message can be cancelled.*", "reason_not_queued"),
    (r"Somebody else has taken it over.*", "reason_taken"),
    (r"Take the conversation over first.*", "reason_take_first"),
    (r"It was counted too long ago.*", "reason_counted_long_ago"),
    (r"It is over already.*", "reason_over"),
    (r"One of them is part of a group already.*", "reason_part_already"),
    (r"A group cannot be part of itself.*", "reason_part_of_itself"),
    (r"Others are part of this group.*", "reason_has_parts"),
    (r"This group is part of no other.*", "reason_no_part"),
    (r"Read the group again.*", "reason_read_again"),
    (r"Other exports are being written.*", "reason_exports"),
    (r"This is no phone number.*", "reason_no_number"),
    (r"The database cannot be reached.*", "problem_unavailable"),
    (r"Many are signing in just now.*", "reason_many_sign_in"),
    (r"Full phone numbers need .*", "reason_needs_numbers"),
    (r"It still cannot be read.*", "reason_still_unread"),
    (r"It is (?P<state>\w+)\.", "reason_inbox_state"),
    (r"This channel sends no texts.*", "reason_no_texts"),
    (r"This is no head of an audit.*", "reason_no_head"),
    (r"A key of this name is in use.*", "reason_key_name"),
    (r"This process takes nothing in.*", "reason_takes_nothing"),
    (r"The intake cannot take more .*", "reason_busy"),
    (r"The flow could not digest this.*", "reason_undigested"),
    (r"No channel texts the people .*", "reason_no_channel"),
    (r"\d+ unknown for `(?P<field>\w+)`.*", "reason_unknown_value"),
    (r"The text is empty.*", "reason_empty"),
    (r"The text has (?P<size>\d+) segments; (?P<most>\d+) .*", "reason_too_many_parts"),
    (r"This person opted out .*", "reason_opted_out"),
    (r"It may have arrived\..*", "means_unclear"),
    (r"A message that is (?P<state>\w+) is not .*", "reason_not_again"),
    (r"A group has at most (?P<most>\d+) tags.*", "reason_tags"),
    (r"Say a status, or tags .*", "reason_say_change"),
)
READ = tuple((re.compile(pattern), key) for pattern, key in REASONS)
UNUSABLE = re.compile(r"three unusable answers to '(.+)'")

PAGES_OF: Mapping[str, str] = {
    "group": "/console/signups/",
    "conversation": "/console/conversations/",
    "message": "/console/messages/",
    "inbox": "/console/messages/unhandled/",
    "channel": "/console/channels/",
    "flow": "/console/flows/",
    "change": "/console/signups/changes/",
}
"""Where what an audit line was done to is shown."""
AS_NAMED = frozenset({"channel", "flow"})


@dataclass(frozen=True)
class Names:
    speech: Speech
    flows: Flows

    # flows

    def flow(self, name: str) -> str:
        flow = self.flows.current(name)
        if flow is None:
            return name
        return flow.title.get(self.speech.language) or next(iter(flow.title.values()), name)

    def step(self, step: str, flow: str = "") -> str:
        """A step by its text, by what it fills, or by how its question begins."""
        words = self.speech.words
        if found := words.get(f"step_{step}") or words.get(f"field_{step}"):
            return found
        known = self.flows.current(flow)
        return (known and self._begins(known, step)) or step

    def _begins(self, flow: Flow, step: str) -> str:
        if (known := flow.steps.get(step)) is None:
            return ""
        says = known.says.get((flow.speaks(self.speech.language), Medium.SMS))
        words = " ".join("…".join(says.literals).split()) if says else ""
        return words if len(words) <= SHORT else words[:SHORT].rsplit(" ", 1)[0] + "…"

    def what(self, what: str) -> str:
        """Which of a step's texts: its question, the wording of a second try, its help."""
        kind, _, number = what.partition(" ")
        if kind == "again" and number.isdigit():
            return self.speech.t("what_again", n=int(number) + 1)
        return self.speech.maybe(f"what_{kind}", what)

    def field(self, name: str, flow: str = "") -> str:
        words = self.speech.words
        found = (words.get(f"{kind}_{name}") for kind in ("column", "field", "step"))
        return next(filter(None, found), "") or words.get(name) or self.step(name, flow)

    def of(self, field: str, value: str) -> str:
        """A value that no flow has a label for."""
        if field == "flow":
            return self.flow(value)
        if field == "language":
            return LANGUAGES.get(value, value)
        return self.speech.maybe(f"{field}_{value}", value)

    # reasons

    def flag(self, reason: str, flow: str = "") -> str:
        """Why a human is wanted, as the engine says it."""
        if found := UNUSABLE.fullmatch(reason):
            return self.speech.t("flag_unusable", step=self.step(found[1], flow))
        return self.speech.maybe(f"flag_{reason.rpartition(' ')[2]}", reason)

    def reason(self, text: str) -> Markup | str:
        """Why something is as it is; what only the carrier knows stays in its own words."""
        for pattern, key in READ:
            if found := pattern.fullmatch(text):
                given = {name: self._part(name, part) for name, part in found.groupdict().items()}
                return Markup(self.speech.words[key]).format(**given)  # noqa: S704  our own text
        return foreign(text)

    def _part(self, name: str, value: str) -> Markup | str:
        match name:
            case "status" | "state":
                return self.speech.maybe(f"{name}_{value}", value)
            case "field":
                return self.field(value)
            case "size" | "most":
                return self.speech.digits(value)
        return foreign(value)

    # the audit

    def who(self, who: str) -> Markup | str:
        kind, _, name = who.partition(":")
        if name:
            return Markup("{} {}").format(self.speech.maybe(f"who_{kind}", kind), as_is(name))
        return self.speech.maybe(f"who_{kind}", who)

    def to(self, to: str) -> Markup | str:
        """What something was done to, as a link where it has a page."""
        kind, _, name = to.partition(":")
        word = self.speech.maybe(f"to_{kind}", kind)
        if name and kind in AS_NAMED:
            word = Markup("{} {}").format(word, as_is(name))
        if name and (page := PAGES_OF.get(kind)):
            return Markup('<a href="{}{}">{}</a>').format(page, name, word)
        return word

    def done(self, what: str) -> str:
        key = what.replace(" ", "_").replace(":", "").replace("-", "_")
        return self.speech.maybe(f"audit_{key}", what)

    def detail(self, name: str, value: Any) -> Markup | str:
        """One detail of an audit line, read."""
        match value:
            case bool():
                shown: Any = self.speech.t("yes" if value else "no")
            case int():
                shown = self.speech.number(value)
            case dict():
                shown = self.speech.number(sum(value.values()))
            case list() if name in ("ids", "changed", "refused"):
                shown = self.speech.number(len(value))
            case list() if name == "fields":
                shown = self.speech.comma.join(self.field(str(one)) for one in value)
            case list() if name == "scopes":
                shown = self.speech.comma.join(
                    self.speech.maybe(f"scope_{one}", str(one)) for one in value
                )
            case list():
                shown = self.speech.comma.join(map(str, value))
            case str() if f"{name}_{value}" in self.speech.words:
                shown = self.speech.words[f"{name}_{value}"]
            case _:
                shown = as_is(str(value))
        return Markup("{}: {}").format(self.speech.maybe(f"detail_{name}", name), shown)


def as_is(text: str) -> Markup:
    """A name or an id: not a word of any language."""
    return Markup('<bdi translate="no">{}</bdi>').format(text)


def foreign(text: str) -> Markup | str:
    """Words that came from elsewhere."""
    return as_is(text) if text else ""


def browser_name(agent: str) -> str:
    """What somebody signed in with, from what browsers say of themselves."""
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"),
                ("Safari", "Safari"))  # fmt: skip
    systems = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
               ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip
    found = [next((name for sign, name in of if sign in agent), "") for of in (browsers, systems)]
    return " · ".join(filter(None, found)) or agent[:40]
