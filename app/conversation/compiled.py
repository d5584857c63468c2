"""A flow as it runs: every table made once, so that a turn only looks things up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from zoneinfo import ZoneInfo

from app.conversation.definition import (
    ChoicesStep,
    FlowDefinition,
    Keys,
    Silence,
    YesNo,
)
from app.conversation.definition import (
    Step as StepDefinition,
)
from app.conversation.options import Entry, Options, options
from app.conversation.routes import Routes
from app.conversation.source import Source
from app.conversation.template import Template
from app.conversation.turn import Medium
from app.conversation.words import Command

MOST_MADE = 512

Wording = Mapping[tuple[str, Medium], Template]
"""By language and medium."""


@dataclass(eq=False, slots=True)
class Listing:
    """The options of one step, which may lie under the answer of another."""

    source: str
    """A vocabulary's name, `groups`, `languages`, or empty for the step's own."""
    under: str
    below: Mapping[str, tuple[Entry, ...]]
    """By the id they lie under; all of them at the empty id."""
    avoid: tuple[str, ...]
    ignore: Mapping[str, tuple[str, ...]]
    inside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The keys of what lies below these options -> the ids it lies under."""
    made: dict[tuple[str, tuple[str, ...]], Options] = field(default_factory=dict)

    def options(self, language: str, parents: tuple[str, ...] = ()) -> Options:
        if (language, parents) not in self.made:
            if len(self.made) >= MOST_MADE:
                self.made.clear()
            self.made[language, parents] = options(
                self.entries(parents), language, self.avoid, self.ignore
            )
        return self.made[language, parents]

    def entries(self, parents: tuple[str, ...] = ()) -> tuple[Entry, ...]:
        found = tuple(entry for parent in parents for entry in self.below.get(parent, ()))
        return found or self.below.get("", ())


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    name: str
    kind: str
    says: Wording
    definition: StepDefinition
    next: Routes
    fills: str = ""
    optional: bool = False
    listing: Listing | None = None
    listed: frozenset[Medium] = frozenset()
    several: int = 1
    """How many options one answer may name."""
    leads: Mapping[str, str] = field(default_factory=dict)
    """Where single options lead, by id."""
    yes: str = ""
    no: str = ""
    again: tuple[Wording, ...] = ()
    example: Mapping[str, str] = field(default_factory=dict)
    help: Wording | None = None
    forgets: tuple[str, ...] = ()
    """Fields whose answers lie under this one's."""

    @property
    def asks(self) -> bool:
        return self.kind != "say"

    @property
    def is_yes_no(self) -> bool:
        return isinstance(self.definition, YesNo)


@dataclass(frozen=True, eq=False, slots=True)
class Field:
    """What a field holds, for showing it."""

    name: str
    kind: str
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By language, then by id."""
    keep: bool = True


@dataclass(frozen=True, eq=False)
class Flow:
    name: str
    version: int
    languages: tuple[str, ...]
    title: Mapping[str, str]
    zone: ZoneInfo
    region: str
    keys: Keys
    silence: Silence
    segments: int
    start: Routes
    steps: Mapping[str, Step]
    fields: Mapping[str, Field]
    phrases: Mapping[str, Wording]
    help: Wording
    keywords: Mapping[str, str]
    """The key of each keyword -> the language it chooses, or empty."""
    invites: Mapping[str, str]
    """The keyword to name when telling people how to begin, by language."""
    commands: Mapping[str, Mapping[str, Command | str]]
    """By language: the key of a word -> what it asks for; a text is a language to speak."""
    yes: Mapping[str, frozenset[str]]
    no: Mapping[str, frozenset[str]]
    definition: FlowDefinition
    source: Source
    files: Mapping[str, str]
    """The text of every file that the flow is made of, by name; its own is first."""

    @cached_property
    def digest(self) -> str:
        """The same for the same files, whatever they are called in."""
        whole = "\0".join(part for name in sorted(self.files) for part in (name, self.files[name]))
        return sha256(whole.encode()).hexdigest()

    @property
    def invites_all(self) -> bool:
        """Whether a keyword starts it whatever the language."""
        return "" in self.keywords.values()

    def speaks(self, language: str) -> str:
        """The language, if the flow has it, else the flow's first."""
        return language if language in self.languages else self.languages[0]


@dataclass(frozen=True, eq=False)
class Flows:
    """Every flow that may be started, and the older versions that people are still in."""

    newest: Mapping[str, Flow]
    older: dict[tuple[str, int], Flow] = field(default_factory=dict)

    def current(self, name: str) -> Flow | None:
        return self.newest.get(name)

    @cached_property
    def front(self) -> Flow | None:
        """The one that posters invite to: its keyword is the same in every language."""
        flows = list(self.newest.values())
        return next((flow for flow in flows if flow.invites_all), flows[0] if flows else None)

    def at(self, name: str, version: int) -> Flow | None:
        flow = self.newest.get(name)
        return flow if flow and flow.version == version else self.older.get((name, version))

    def remember(self, flows: Iterable[Flow]) -> None:
        """Learn older versions, which only the database knows."""
        self.older.update({(one.name, one.version): one for one in flows})

    @cached_property
    def keywords(self) -> Mapping[str, tuple[Flow, str]]:
        """The key of each keyword -> the flow it starts and the language it chooses."""
        return {
            word: (flow, language)
            for flow in self.newest.values()
            for word, language in flow.keywords.items()
        }

    @cached_property
    def words(self) -> frozenset[str]:
        """The keys of every keyword."""
        return frozenset(self.keywords)


def several_of(definition: StepDefinition) -> int:
    return definition.most if isinstance(definition, ChoicesStep) else 1
