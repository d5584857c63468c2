"""What USSD adapters share: the code that was dialled, requests that do not say where they stand.

The words: `code` is what we were given (`*384#`); what people dial beyond it is the suffix.
"""

from collections.abc import Sequence
from dataclasses import replace

from gateway_adapters.contract import (
    DialogInput,
    Event,
    HttpResponse,
    Phase,
    Screen,
    dialled_suffix,
)


def opened(
    dialog_id: str, sender: str, text: str, code: str = "", *, carrier_id: str = ""
) -> DialogInput:
    """A dialog's first request, from a carrier that tells our code apart from the text.

    What was dialled beyond the code is the input; so is a text that was not dialled at all.
    """
    beyond = dialled_suffix(text, code)
    if beyond is None:
        beyond = "" if looks_dialled(text) else text
    return DialogInput(dialog_id, sender, Phase.BEGIN, beyond, code, carrier_id=carrier_id)


def dialled_in(dialog_id: str, sender: str, dialled: str, known: str = "") -> DialogInput:
    """A dialog's first request, from a carrier that tells no more than what was dialled.

    Where the operator has set our code as an option, what goes beyond it is the input. Else only
    the channel's lines can tell where the code ends, and all of it is the recipient.
    """
    beyond = dialled_suffix(dialled, known)
    recipient = (dialled or known) if beyond is None else known
    return DialogInput(dialog_id, sender, Phase.BEGIN, beyond or "", recipient)


def accumulated(dialog_id: str, sender: str, code: str, text: str) -> DialogInput:
    """Everything typed so far, with or without the code before it.

    Which part of it is new, `settled` tells from the text before; the last piece is a guess.
    """
    beyond = dialled_suffix(text, code) if text.startswith("*") else None
    typed = text if beyond is None else beyond
    if not typed:
        return DialogInput(dialog_id, sender, Phase.BEGIN, "", code, typed_so_far="")
    last = typed.rpartition("*")[2]
    return DialogInput(dialog_id, sender, Phase.CONTINUE, last, code, typed_so_far=typed)


def looks_dialled(text: str) -> bool:
    """Codes open with a star or a hash and end with a hash; an empty text is a bare dial."""
    text = text.strip()
    return not text or (text[0] in "*#" and text.endswith("#"))


def unsure(first: DialogInput, later: DialogInput, *, guess_first: bool) -> DialogInput:
    """A request that does not say where it stands: a guess, and the other reading with it."""
    guess, other = (first, later) if guess_first else (later, first)
    return replace(guess, otherwise=other)


def the_screen(events: Sequence[Event], screens: Sequence[Screen]) -> Screen | None:
    """The one screen to show, None where the dialog is over or nothing was asked."""
    asked = any(isinstance(event, DialogInput) for event in events)
    return screens[0] if asked and screens else None


def con_or_end(events: Sequence[Event], screens: Sequence[Screen]) -> HttpResponse:
    """The answer of Africa's Talking and all that copied it; nothing where nothing is shown."""
    screen = the_screen(events, screens)
    if screen is None:
        return HttpResponse.plain("")
    return HttpResponse.plain(f"{'CON' if screen.more else 'END'} {screen.text}")
