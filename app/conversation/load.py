"""Flow files to flows that run. What cannot run is refused here, with its place in the file."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from app.conversation.build import build
from app.conversation.check import check
from app.conversation.compiled import Flow, Flows
from app.conversation.definition import FlowDefinition, Vocabulary
from app.conversation.source import BadFlow, Problem, Source, fit, read_csv, read_yaml


def load_flows(folder: Path) -> Flows:
    """Every flow in the folder, proven. Raises BadFlow with all that is wrong in any of them."""
    flows: list[Flow] = []
    problems: list[Problem] = []
    for path in flow_files(folder):
        try:
            flow = load_flow(path)
            flows.append(flow)
            problems += check(flow)
        except BadFlow as bad:
            problems += bad.problems
    found, twice = together(flows)
    if problems or twice:
        raise BadFlow(*problems, *twice)
    return found


def together(flows: Sequence[Flow]) -> tuple[Flows, list[Problem]]:
    """Flows side by side, and the names and keywords that two of them claim."""
    problems: list[Problem] = []
    found: dict[str, Flow] = {}
    taken: dict[str, Flow] = {}
    for flow in flows:
        if flow.name in found:
            problems.append(flow.source.problem(("flow",), f"another file is {flow.name!r} too"))
        found[flow.name] = flow
        for word in flow.keywords:
            other = taken.setdefault(word, flow)
            if other is not flow:
                message = f"keyword {word!r} starts {other.name!r} too"
                problems.append(flow.source.problem(("keywords",), message))
    return Flows(found), problems


def flow_files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise BadFlow(Problem("there is no such folder", str(folder)))
    for path in sorted(folder.glob("*.yaml")):
        if is_flow(path.read_text(encoding="utf-8", errors="replace")):
            yield path


def is_flow(text: str) -> bool:
    return text.startswith("flow:") or "\nflow:" in text


def load_flow(path: Path) -> Flow:
    """One flow and the vocabularies it names, which lie beside it."""
    files = {path.name: read(path)}
    definition = fit(FlowDefinition, read_yaml(files[path.name], str(path)))
    for ref in definition.vocabularies.values():
        files[ref.file] = read(path.parent / ref.file)
    return flow_of(files, str(path.parent))


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFlow(Problem(f"cannot be read: {error}", str(path))) from error


def flow_of(files: Mapping[str, str], folder: str = "") -> Flow:
    """A flow from the texts of its files: what a published version is kept as."""
    name = next((name for name, text in files.items() if is_flow(text)), "")
    if not name:
        raise BadFlow(
            Problem("none of these files is a flow", folder, hint="a flow has `flow: name`")
        )
    source = read_yaml(files[name], shown(name, folder))
    definition = fit(FlowDefinition, source)
    vocabularies = {
        own: vocabulary(own, ref.file, files, folder)
        for own, ref in definition.vocabularies.items()
    }
    return build(definition, source, vocabularies, dict(files))


def vocabulary(
    own: str, file: str, files: Mapping[str, str], folder: str
) -> tuple[Vocabulary, Source]:
    if file not in files:
        raise BadFlow(Problem("this vocabulary is missing", shown(file, folder)))
    if file.endswith(".csv"):
        source = read_csv(files[file], shown(file, folder), own)
    else:
        source = read_yaml(files[file], shown(file, folder))
    return fit(Vocabulary, source), source


def shown(name: str, folder: str) -> str:
    return f"{folder}/{name}" if folder else name
