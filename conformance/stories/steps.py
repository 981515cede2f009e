"""The steps of a story: each is asked, judged and told, whatever the earlier ones came to."""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

LOCATION = "westeurope"
SUBSCRIPTION = os.environ.get("AZURE_SUBSCRIPTION_ID", "")
_SHOWN = 1500


class Steps:
    """Tells each step as `{"client", "step", "ok", "why", "detail", "seconds"}`, a line of JSON.

    A step is right when its call raises nothing and `right`, where there is one, is true of what it returned. A step
    that needs the answer of one that failed fails as well.
    """

    def __init__(self, client: str) -> None:
        self.client = client

    def __call__(self, words: str, call: Callable[[], Any], right: Callable[[Any], bool] | None = None) -> Any:
        """What `call` returned; None when it failed."""
        began = time.monotonic()
        try:
            answer = call()
            self._judge(words, answer, right, began)
        except Exception as failed:  # noqa: BLE001 - whatever a client raises is what it says of the step
            self._failed(words, failed, began)
            return None
        return answer

    async def wait(
        self, words: str, call: Callable[[], Awaitable[Any]], right: Callable[[Any], bool] | None = None
    ) -> Any:
        """The same, of a coroutine."""
        began = time.monotonic()
        try:
            answer = await call()
            self._judge(words, answer, right, began)
        except Exception as failed:  # noqa: BLE001
            self._failed(words, failed, began)
            return None
        return answer

    def refused(self, words: str, call: Callable[[], Any], code: str) -> None:
        """A step that is right when the call is refused, with a text that has `code` in it."""
        began = time.monotonic()
        try:
            answer = call()
        except Exception as refused:  # noqa: BLE001
            if code in f"{type(refused).__name__} {refused}":
                self._tell(words, True, "", "", began)
            else:
                self._failed(words, refused, began)
            return
        self._tell(words, False, f"it was not refused with {code}", repr(answer)[:_SHOWN], began)

    def _judge(self, words: str, answer: Any, right: Callable[[Any], bool] | None, began: float) -> None:
        if right is None or right(answer):
            self._tell(words, True, "", "", began)
        else:
            shown = answer.as_dict() if hasattr(answer, "as_dict") else answer
            self._tell(words, False, "another answer", repr(shown)[:_SHOWN], began)

    def _failed(self, words: str, failed: Exception, began: float) -> None:
        error = getattr(getattr(failed, "error", None), "code", None)
        why = f"{type(failed).__name__} {error or ''}".strip()
        detail = f"{str(failed)[:_SHOWN]}\n{''.join(traceback.format_tb(failed.__traceback__)[-2:])}"
        self._tell(words, False, why, detail, began)

    def _tell(self, words: str, ok: bool, why: str, detail: str, began: float) -> None:
        told = {"client": self.client, "step": words, "ok": ok, "why": why, "detail": detail}
        sys.stdout.write(json.dumps({**told, "seconds": round(time.monotonic() - began, 3)}) + "\n")
        sys.stdout.flush()
