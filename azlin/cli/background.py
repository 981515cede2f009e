"""The process that carries an objective out when nobody waits for it: `python -m azlin.cli.background ID`.

Not a command that people type: `--no-wait` starts it (`azlin.agentic.background.handover`). Its orders come through
standard input; what it says goes into its log, which does not grow for ever.
"""

from __future__ import annotations

import io
import signal
import sys
from typing import TYPE_CHECKING, TextIO

from azlin.agentic.approver import Asker
from azlin.agentic.types import Objective
from azlin.cli.main import guarded, interruptible
from azlin.cli.output import Output
from azlin.errors import RunnerNotStarted

if TYPE_CHECKING:
    from azlin.app import App
    from azlin.views.base import View

LOG_MAX_CHARS = 2_000_000


def main() -> None:
    interruptible()
    # Started from a shell that ignores Ctrl-C (`nohup`, a background job), we would ignore SIGINT too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stdout = sys.stderr = Capped(sys.stderr, LOG_MAX_CHARS)
    sys.exit(guarded(_carry))


def _carry() -> int:
    from azlin.agentic.background.handover import Orders
    from azlin.cli.session import carry

    told = sys.stdin.buffer.read()
    try:
        orders = Orders.read(told)
    except ValueError as unreadable:
        raise RunnerNotStarted("the orders were cut off: whoever gave them is gone") from unreadable

    def go_on(app: App, view: View, asker: Asker) -> Objective:
        return app.carry_on(orders, view, asker)

    return carry(orders.terms, Output(), go_on)


class Capped(io.TextIOBase):
    """A stream that passes on so many characters and then, once, says that it stops. A full disk loses words here, and
    never the run: its truth is in the journal."""

    def __init__(self, stream: TextIO, most: int) -> None:
        self._stream = stream
        self._left = most

    def write(self, text: str) -> int:
        if self._left > 0:
            self._left -= len(text)
            more = "" if self._left > 0 else "\n… and more; all of it: azlin audit show ID\n"
            try:
                self._stream.write(text + more)
                self._stream.flush()
            except OSError:
                self._left = 0
        return len(text)

    def writable(self) -> bool:
        return True


if __name__ == "__main__":
    main()
