"""What the campaign says of itself: a file for each language, which it edits."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from app.conversation.source import BadFlow, Problem, fit, read_yaml

Words = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Point(Model):
    """A term and what it means, an aim and what it is about; the text may be left out."""

    title: Words
    text: str = ""


class Section(Model):
    title: Words
    text: str = ""
    points: list[Point] = []


class About(Model):
    """The page of one language. `{keyword}` and `{line}` stand for what to send and where."""

    name: Words
    """Of the plan; every page carries it."""
    slogan: Words
    lead: Words
    aims: Section
    sections: list[Section] = []
    definitions: Section


def read_pages(folder: Path) -> dict[str, About]:
    """Read `about.<language>.yaml` of the folder. Raises BadFlow for what cannot be used."""
    found = {
        path.name.removeprefix("about.").removesuffix(".yaml"): _page(path)
        for path in sorted(folder.glob("about.*.yaml"))
    }
    if not found:
        raise BadFlow(Problem("there is no about.<language>.yaml", str(folder)))
    return found


def _page(path: Path) -> About:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFlow(Problem(f"cannot be read: {error}", str(path))) from error
    return fit(About, read_yaml(text, str(path)))
