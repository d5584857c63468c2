"""The API described on a page of our own: no script, and nothing from another host."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader

HERE = Path(__file__).parent
CSP = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"
METHODS = ("get", "post", "patch", "put", "delete")


def install(app: FastAPI) -> None:
    page = cache(lambda: render(app.openapi()))  # the document never changes

    @app.get("/docs", include_in_schema=False)
    def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(page(), headers={"Content-Security-Policy": CSP})

    @app.get("/docs.css", include_in_schema=False)
    def style() -> Response:
        return Response((HERE / "docs.css").read_bytes(), media_type="text/css")


def render(document: Mapping[str, Any]) -> str:
    made = Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True)
    made.globals |= {"kind_of": kind_of, "fields_of": fields_of, "body_of": body_of}
    return made.get_template("docs.html").render(
        info=document["info"],
        tags=[(tag, list(_operations(document, tag["name"]))) for tag in document["tags"]],
        schemas=sorted(document["components"]["schemas"].items()),
    )


def _operations(document: Mapping[str, Any], tag: str) -> Iterator[dict[str, Any]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            operation = item.get(method)
            if operation and tag in operation["tags"]:
                yield {"method": method.upper(), "path": path, **operation}


def kind_of(schema: Mapping[str, Any]) -> tuple[str, str]:
    """A schema in a few words, and the name of the schema to look at, if there is one."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return name, name
    if "anyOf" in schema:
        parts = [kind_of(one) for one in schema["anyOf"]]
        return " or ".join(word for word, _ in parts), next((n for _, n in parts if n), "")
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"])), ""
    if "const" in schema:
        return str(schema["const"]), ""
    kind = str(schema.get("type", "anything"))
    if kind == "array":
        word, name = kind_of(schema.get("items", {}))
        return f"list of {word}", name
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        word, name = kind_of(schema["additionalProperties"])
        return f"object of {word}", name
    return str(schema.get("format", kind)), ""


def fields_of(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    required = set(schema.get("required", ()))
    for name, field in schema.get("properties", {}).items():
        yield name, field, name in required


def body_of(content: Mapping[str, Any]) -> tuple[str, str]:
    """What a request's or an answer's body is."""
    for media, body in content.get("content", {}).items():
        if schema := body.get("schema"):
            return kind_of(schema)
        return str(media), ""
    return "", ""
