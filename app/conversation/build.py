"""Makes the flow that runs from the definition that was written, and finds what cannot run."""

from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.conversation.compiled import Field, Flow, Listing, Step, Wording, several_of
from app.conversation.definition import (
    END,
    RESERVED,
    AnyStep,
    ByMedium,
    FlowDefinition,
    Picking,
    Question,
    Route,
    Vocabulary,
    YesNo,
    by_medium,
)
from app.conversation.listing import labels_of, listing_of
from app.conversation.routes import Routes, Way, ways
from app.conversation.source import BadFlow, Path, Problem, Source
from app.conversation.template import BadTemplate, Template, template
from app.conversation.turn import Medium
from app.conversation.words import command_words, lexicon, yes_no
from app.text.fold import key

Vocabularies = Mapping[str, tuple[Vocabulary, Source]]

KNOWN_WITHOUT_ASKING = RESERVED - {END} | {"language", "group"}
PHRASE_SLOTS = frozenset(
    {"least", "most", "example", "guess", "keyword", "answer"}
    | {"question", "title", "group", "code", "status"}
)


def build(
    definition: FlowDefinition, source: Source, vocabularies: Vocabularies, files: Mapping[str, str]
) -> Flow:
    builder = Builder(definition, source, vocabularies)
    flow = builder.flow(files)
    if builder.problems:
        raise BadFlow(*builder.problems)
    return flow


class Builder:
    """Carries the definition and collects problems while the parts of the flow are made."""

    def __init__(
        self, definition: FlowDefinition, source: Source, vocabularies: Vocabularies
    ) -> None:
        self.definition = definition
        self.source = source
        self.vocabularies = vocabularies
        self.languages = tuple(dict.fromkeys(definition.languages))
        self.problems: list[Problem] = []

    def problem(self, path: Path, message: str, hint: str = "", **about: str) -> None:
        self.problems.append(self.source.problem(path, message, hint, **about))

    def flow(self, files: Mapping[str, str]) -> Flow:
        definition = self.definition
        fields = self.fields()
        names = list(definition.steps)
        steps = {
            name: self.step(name, below, fields)
            for name, below in zip(names, [*names[1:], END], strict=True)
        }
        return Flow(
            name=definition.flow,
            version=definition.version,
            languages=self.languages,
            title=self.labels(("title",), definition.title),
            zone=self.zone(),
            region=definition.region,
            keys=definition.keys,
            silence=definition.silence,
            segments=definition.budget.segments,
            start=self.routes(("start",), definition.start, names[0]),
            steps=steps,
            fields=fields,
            phrases=self.phrases(),
            help=self.help(fields),
            keywords=self.keywords(),
            invites=self.invites(),
            commands={language: command_words(language) for language in self.languages},
            yes={
                language: yes_no(lexicon().yes, lexicon().no, language)
                for language in self.languages
            },
            no={
                language: yes_no(lexicon().no, lexicon().yes, language)
                for language in self.languages
            },
            definition=definition,
            source=self.source,
            files=files,
        )

    # --- what is said -------------------------------------------------------------------------

    def wording(
        self, path: Path, texts: Mapping[str, ByMedium], known: Iterable[str], step: str = ""
    ) -> Wording:
        made: dict[tuple[str, Medium], Template] = {}
        for language in self.languages:
            if language not in texts:
                self.problem(path, f"no text in {language!r}", step=step, language=language)
                continue
            for medium in Medium:
                text = texts[language].on(medium)
                made[language, medium] = self.template(
                    (*path, language, medium.value), text, known, step
                )
        return made

    def template(self, path: Path, text: str, known: Iterable[str], step: str) -> Template:
        language, medium = str(path[-2]), str(path[-1])
        try:
            made = template(text)
        except BadTemplate as error:
            self.problem(path, str(error), step=step, language=language, medium=medium)
            return Template((text,))
        for reference in made.references:
            if reference.field not in known:
                self.problem(
                    path,
                    f"{{{reference.field}}} is no field of this flow",
                    "a field is what some step `fills`",
                    step=step,
                    language=language,
                    medium=medium,
                )
        return made

    def labels(self, path: Path, labels: Mapping[str, str], step: str = "") -> Mapping[str, str]:
        for language in self.languages:
            if language not in labels:
                self.problem(path, f"no label in {language!r}", step=step, language=language)
        return labels

    def phrases(self) -> Mapping[str, Wording]:
        own = self.definition.phrases
        builtin = lexicon().phrases
        for name in own.keys() - builtin.keys():
            self.problem(("phrases", name), f"there is no phrase {name!r}", "see words.yaml")
        made = {}
        for name in builtin:
            words = builtin_words(name)
            made[name] = self.wording(
                ("phrases", name), {**words, **own.get(name, {})}, PHRASE_SLOTS
            )
        return made

    def help(self, fields: Mapping[str, Field]) -> Wording:
        return self.wording(
            ("help",), {**builtin_words("help"), **(self.definition.help or {})}, PHRASE_SLOTS
        )

    # --- fields and steps -----------------------------------------------------------------------

    def fields(self) -> dict[str, Field]:
        made: dict[str, Field] = {}
        for name, step in self.definition.steps.items():
            if not isinstance(step, Question):
                continue
            path: Path = ("steps", name, "fills")
            if step.fills in RESERVED:
                self.problem(path, f"the name {step.fills!r} has a meaning of its own", step=name)
            known = made.get(step.fills)
            if known and known.kind != step.kind:
                self.problem(path, f"{step.fills!r} is filled by a {known.kind} too", step=name)
            labels = self.picking_labels(step) if isinstance(step, Picking) else {}
            both = {
                language: {**(known.labels.get(language, {}) if known else {}), **some}
                for language, some in labels.items()
            }
            made[step.fills] = Field(step.fills, step.kind, both, step.keep)
        return made

    def picking_labels(self, step: Picking) -> Mapping[str, Mapping[str, str]]:
        return labels_of(step, self.languages, self.vocabularies, self.definition)

    def step(self, name: str, below: str, fields: Mapping[str, Field]) -> Step:
        step: AnyStep = self.definition.steps[name]
        path: Path = ("steps", name)
        known = fields.keys() | KNOWN_WITHOUT_ASKING
        question = step if isinstance(step, Question) else None
        picking = step if isinstance(step, Picking) else None
        yes_no_step = step if isinstance(step, YesNo) else None
        listing = self.listing(name, step)
        return Step(
            name=name,
            kind=step.kind,
            says=self.wording((*path, "says"), step.says, known, name),
            definition=step,
            next=self.routes((*path, "next"), step.next, below),
            fills=question.fills if question else "",
            optional=bool(question and question.optional),
            listing=listing,
            listed=frozenset(picking.listed) if picking else frozenset(Medium),
            several=several_of(step),
            leads=self.leads(path, picking),
            yes=self.target((*path, "yes"), yes_no_step.yes)
            if yes_no_step and yes_no_step.yes
            else "",
            no=self.target((*path, "no"), yes_no_step.no) if yes_no_step else "",
            again=tuple(self.again(path, step, known)),
            example=self.example(path, question),
            help=self.step_help(path, step, known),
            forgets=tuple(self.forgets(question)),
        )

    def listing(self, name: str, step: AnyStep) -> Listing | None:
        avoid = (self.definition.keys.back, self.definition.keys.more, self.definition.keys.skip)
        try:
            return listing_of(step, self.languages, self.vocabularies, self.definition, avoid)
        except LookupError as error:
            self.problem(("steps", name), str(error.args[0]), step=name)
            return None

    def leads(self, path: Path, picking: Picking | None) -> dict[str, str]:
        written = enumerate(picking.options or ()) if picking else ()
        return {
            option.id: self.target((*path, "options", at, "next"), option.next)
            for at, option in written
            if option.next
        }

    def again(self, path: Path, step: AnyStep, known: Iterable[str]) -> Iterator[Wording]:
        texts = step.again if isinstance(step, Question | YesNo) else []
        known = {*known, "least", "most", "example"}
        for at, one in enumerate(texts):
            yield self.wording((*path, "again", at), one, known, str(path[1]))

    def example(self, path: Path, question: Question | None) -> Mapping[str, str]:
        if question is None or question.example is None:
            return {}
        return self.labels((*path, "example"), question.example, str(path[1]))

    def step_help(self, path: Path, step: AnyStep, known: Iterable[str]) -> Wording | None:
        help_ = step.help if isinstance(step, Question | YesNo) else None
        return self.wording((*path, "help"), help_, known, str(path[1])) if help_ else None

    def forgets(self, question: Question | None) -> Iterator[str]:
        """Everything under this field, and under that, in turn."""
        if question is None:
            return
        for step in self.definition.steps.values():
            if (
                isinstance(step, Picking)
                and step.under == question.fills
                and step.fills != question.fills
            ):
                yield step.fills
                yield from self.forgets(step)

    # --- where it leads -------------------------------------------------------------------------

    def routes(self, path: Path, routes: list[Route] | None, below: str) -> Routes:
        if routes is None:
            return (Way((), below),)
        filled = {
            step.fills for step in self.definition.steps.values() if isinstance(step, Question)
        }
        for at, route in enumerate(routes):
            self.target((*path, at, "to"), route.to)
            for field in route.when:
                if field not in filled | KNOWN_WITHOUT_ASKING:
                    self.problem((*path, at, "when", field), f"{field!r} is no field of this flow")
        if routes[-1].when:
            self.problem(
                path, "nothing is said for when no condition holds", "end with `- to: step`"
            )
        return ways(routes)

    def target(self, path: Path, name: str) -> str:
        if name != END and name not in self.definition.steps:
            self.problem(path, f"there is no step {name!r}", "a step's name, or `end`")
        return name

    # --- words ----------------------------------------------------------------------------------

    def zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.definition.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.problem(
                ("zone",), f"there is no zone {self.definition.zone!r}", "for example Asia/Tehran"
            )
            return ZoneInfo("UTC")

    def keywords(self) -> dict[str, str]:
        return {
            key(word): "" if language == "any" else language
            for language, words in self.definition.keywords.items()
            for word in words
        }

    def invites(self) -> dict[str, str]:
        words = self.definition.keywords
        return {
            language: next(iter([*words.get("any", []), *words.get(language, [])]), "")
            for language in self.languages
        }


def builtin_words(name: str) -> dict[str, ByMedium]:
    return {
        language: ByMedium.model_validate(by_medium(text))
        for language, text in lexicon().phrases[name].items()
    }
