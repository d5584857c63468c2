"""USSD on the phones: dial, answer, hang up; each request is a call to our webhook."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

from app.simulator.carrier import Carrier
from app.simulator.faults import strikes
from app.simulator.hook import Hook, NotAnswered, screen_in
from app.simulator.phones import Dialog, Phones
from gateway_adapters.contract import BadPayload, dialled_suffix

MOST_CODE = 40


class NoDialog(Exception):
    """No dialog is open on this phone."""


@dataclass
class Dialler:
    hook: Hook
    phones: Phones
    carrier: Carrier
    code: str
    """What our service answers to, such as `*7#`; the network knows no other."""

    async def dial(self, number: str, dialled: str) -> Dialog:
        """Dial a code; an open dialog of this phone ends first."""
        await self.hang_up(number)
        dialog = Dialog("d-" + secrets.token_hex(8), dialled)
        if dialled_suffix(dialled, self.code) is None:
            dialog.open, dialog.note = False, "unknown_code"
            self.phones.show(number, dialog)
            return dialog
        self.phones.touch(number).dialog = dialog
        return await self._ask(number, dialog, "", "begin")

    async def answer(self, number: str, typed: str) -> Dialog:
        phone = self.phones.find(number)
        if phone is None or phone.dialog is None or not phone.dialog.open:
            raise NoDialog
        return await self._ask(number, phone.dialog, typed, "continue")

    async def hang_up(self, number: str, reason: str = "hung up") -> None:
        """End the open dialog, if there is one, and tell the service."""
        phone = self.phones.find(number)
        if phone is None or phone.dialog is None:
            return
        dialog, phone.dialog = phone.dialog, None
        if dialog.open:
            await self._ended(number, dialog, reason)
        self.phones.show(number, None)

    async def _ask(self, number: str, dialog: Dialog, typed: str, phase: str) -> Dialog:
        item = {
            "id": "u-" + secrets.token_hex(8),
            "dialog": dialog.id,
            "from": number,
            "code": dialog.code,
            "input": typed,
            "phase": phase,
        }
        dialog.text, dialog.note, dialog.repeated_alike = "", "", None
        try:
            dialog.text, dialog.open = await self._screen(item)
            if strikes(self.carrier.faults.duplicate):
                again = await self._screen(item)
                dialog.repeated_alike = again == (dialog.text, dialog.open)
        except (NotAnswered, BadPayload):
            dialog.open, dialog.note = False, "no_answer"
        if dialog.open and strikes(self.carrier.faults.drop_dialog):
            dialog.open, dialog.note = False, "dropped"
            await self._ended(number, dialog, "network lost")
        self.phones.show(number, dialog)
        return dialog

    async def _screen(self, item: dict[str, Any]) -> tuple[str, bool]:
        answer = await self.hook.post(item)
        if answer.status != 200:
            raise NotAnswered
        return screen_in(answer)

    async def _ended(self, number: str, dialog: Dialog, reason: str) -> None:
        item = {"dialog": dialog.id, "from": number, "phase": "end", "reason": reason}
        for pause in (0.0, 1.0, 3.0):
            await asyncio.sleep(pause)
            try:
                if (await self.hook.post(item)).status < 500:
                    return
            except NotAnswered:
                continue
