"""Where the options of a step come from: its own list, a vocabulary, or what is known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from app.conversation.compiled import Listing
from app.conversation.definition import (
    Aliases,
    AnyStep,
    ConfirmStep,
    ConsentStep,
    FlowDefinition,
    Option,
    Picking,
    Vocabulary,
    walk,
)
from app.conversation.definition import (
    Entry as Written,
)
from app.conversation.options import Entry
from app.conversation.source import Source
from app.conversation.words import lexicon
from app.text.fold import key

GROUPS, LANGUAGES = "groups", "languages"
YES, NO = "yes", "no"

Vocabularies = Mapping[str, tuple[Vocabulary, Source]]


def listing_of(
    step: AnyStep,
    languages: Sequence[str],
    vocabularies: Vocabularies,
    definition: FlowDefinition,
    avoid: tuple[str, ...],
) -> Listing | None:
    """Raises LookupError, with the reason, for options that are not there."""
    if isinstance(step, ConfirmStep | ConsentStep):
        return Listing("", "", {"": tuple(yes_no(step, languages, definition))}, avoid, {})
    if not isinstance(step, Picking):
        return None
    if step.options is not None:
        entries = tuple(entry_of(option, languages, {}) for option in step.options)
        return Listing("", "", {"": entries}, avoid, {})
    if step.source == GROUPS:
        return Listing(GROUPS, "", {"": ()}, avoid, {})
    if step.source == LANGUAGES:
        return Listing(LANGUAGES, "", {"": tuple(spoken(languages))}, avoid, {})
    below, ignore = from_vocabulary(step, languages, vocabularies, definition)
    inner = inside(vocabularies[step.source or ""][0], step.level)
    return Listing(step.source or "", step.under or "", below, avoid, ignore, inner)


def yes_no(
    step: ConfirmStep | ConsentStep, languages: Sequence[str], definition: FlowDefinition
) -> Iterator[Entry]:
    for id_ in (YES, NO):
        own = {YES: step.labels.yes, NO: step.labels.no}[id_] if step.labels else {}
        said = definition.phrases.get(id_, {})
        builtin = {language: str(text) for language, text in lexicon().phrases[id_].items()}
        words = {language: builtin.get(language, id_) for language in languages}
        words |= {language: text.sms for language, text in said.items()} | own
        yield Entry(id_, words)


def spoken(languages: Sequence[str]) -> Iterator[Entry]:
    names = lexicon().names
    for code in languages:
        also = tuple(name for name, other in lexicon().named.items() if other == code)
        yield Entry(
            code, dict.fromkeys(languages, names.get(code, code)), {languages[0]: (*also, code)}
        )


def entry_of(
    written: Option | Written, languages: Sequence[str], fallback: Mapping[str, str]
) -> Entry:
    missing = [
        language
        for language in languages
        if language not in written.label and fallback.get(language) not in written.label
    ]
    if missing:
        raise LookupError(f"{written.id!r} has no label in {missing[0]!r}")
    label = {
        language: written.label.get(language) or written.label[fallback[language]]
        for language in languages
    }
    return Entry(written.id, {**written.label, **label}, tuples(written.aliases))


def tuples(words: Aliases) -> dict[str, tuple[str, ...]]:
    return {language: tuple(some) for language, some in words.items()}


def from_vocabulary(
    step: Picking, languages: Sequence[str], vocabularies: Vocabularies, definition: FlowDefinition
) -> tuple[dict[str, tuple[Entry, ...]], dict[str, tuple[str, ...]]]:
    if step.source is None or step.source not in vocabularies:
        raise LookupError(f"there is no vocabulary {step.source!r}")
    vocabulary, _ = vocabularies[step.source]
    fallback = {**vocabulary.fallback, **definition.vocabularies[step.source].fallback}
    below: dict[str, list[Entry]] = {}
    for written, above in at_level(vocabulary.entries, step.level):
        entry = entry_of(written, languages, fallback)
        for parent in ("", *above):
            below.setdefault(parent, []).append(entry)
    if not below:
        raise LookupError(f"{step.source!r} has no level {step.level}")
    ref = definition.vocabularies[step.source]
    ignore = {
        code: (*vocabulary.ignore.get(code, ()), *ref.ignore.get(code, ()))
        for code in {*vocabulary.ignore, *ref.ignore}
    }
    return {parent: tuple(some) for parent, some in below.items()}, ignore


def at_level(
    entries: Iterable[Written], level: int, above: tuple[str, ...] = ()
) -> Iterator[tuple[Written, tuple[str, ...]]]:
    for entry in entries:
        if level == 1:
            yield entry, above
        else:
            yield from at_level(entry.entries, level - 1, (*above, entry.id))


def inside(vocabulary: Vocabulary, level: int) -> dict[str, tuple[str, ...]]:
    """Every name of what lies below a level -> the ids of that level it lies under."""
    found: dict[str, dict[str, None]] = {}
    for entry, _ in at_level(vocabulary.entries, level):
        for inner in walk(entry.entries):
            names = (*inner.label.values(), *(a for some in inner.aliases.values() for a in some))
            for name in names:
                found.setdefault(key(name), {})[entry.id] = None
    return {word: tuple(ids) for word, ids in found.items()}


def labels_of(
    step: Picking, languages: Sequence[str], vocabularies: Vocabularies, definition: FlowDefinition
) -> dict[str, dict[str, str]]:
    """The label of every id that the step may store, by language."""
    try:
        listing = listing_of(step, languages, vocabularies, definition, ())  # type: ignore[arg-type]
    except LookupError:
        return {}
    entries = listing.entries() if listing else ()
    return {
        language: {entry.id: entry.label[language] for entry in entries} for language in languages
    }
