"""Recorded requests and answers: whole HTTP messages in `recordings/<carrier>/<what>.http`.

A request opens with `POST /hooks/main/secret?query HTTP/1.1`, an answer with `HTTP/1.1 200 OK`;
then headers, an empty line, and the body up to the file's last line end. All values are made up.
"""

from pathlib import Path

from gateway_adapters.contract import HttpRequest, HttpResponse

RECORDINGS = Path(__file__).parent / "recordings"


def _read(name: str) -> tuple[str, dict[str, str], bytes]:
    raw = (RECORDINGS / f"{name}.http").read_bytes()
    head, _, body = raw.partition(b"\n\n")
    first, *lines = head.decode().splitlines()
    pairs = (line.partition(":") for line in lines)
    return (
        first,
        {key.strip().lower(): text.strip() for key, _, text in pairs},
        body.removesuffix(b"\n"),
    )


def is_request(name: str) -> bool:
    return not _read(name)[0].startswith("HTTP/")


def recorded(name: str) -> HttpRequest:
    """The request in `recordings/<name>.http`."""
    first, headers, body = _read(name)
    method, url, _ = first.split(" ")
    return HttpRequest(method, url, headers, body)


def answered(name: str) -> HttpResponse:
    """The carrier's answer in `recordings/<name>.http`."""
    first, headers, body = _read(name)
    return HttpResponse(int(first.split(" ")[1]), body, headers)


def names(carrier: str) -> list[str]:
    return sorted(f"{carrier}/{path.stem}" for path in (RECORDINGS / carrier).glob("*.http"))


def requests(carrier: str) -> list[HttpRequest]:
    return [recorded(name) for name in names(carrier) if is_request(name)]


def answers(carrier: str) -> list[HttpResponse]:
    return [answered(name) for name in names(carrier) if not is_request(name)]
