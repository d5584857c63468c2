"""Gives a program another clock: the file that `CLOCK` names says how many seconds it is ahead.

The file may change while the program runs: its clock then steps.
"""

import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import time_machine


def told() -> float | None:
    text = Path(os.environ["CLOCK"]).read_text()
    return float(text) if text else None


def step(clock: time_machine.Traveller, ahead: float) -> None:
    while True:
        time.sleep(0.1)
        wanted = told()
        if wanted is not None and wanted != ahead:
            clock.shift(timedelta(seconds=wanted - ahead))
            ahead = wanted


begins = told() or 0.0
clock = time_machine.travel(time.time() + begins, tick=True).start()
threading.Thread(target=step, args=(clock, begins), daemon=True).start()
