"""A failure's signature: the same for the same failure, whatever names, ids, times, numbers and places its words hold.

No rule tells a resource's name from a word, because `web` may be either. So only words count that Azure itself uses to
say what is wrong (`_TELLING`), each once; what stands in quotes, in addresses and in brackets does not count at all.
"""

from __future__ import annotations

import hashlib
import re

LENGTH = 12
WORDS_MAX = 16
"""As many telling words say which failure it is; what follows is often a list of what is allowed, which grows."""

_VOCABULARY = """
    accept accepted accepting access accessible activating active already allocate allocated allocation allowed
    another approved attached attaching authenticate authenticated authorization authorized available blocked
    broadcast busy cancel canceled cancelled canceling cannot capacity change changed changes changing circular
    completed completing concurrent conflict conflicting conflicts consented constraints contain contains converting
    cores correct could create created creating credential credentials deallocate deallocated deallocating delegated
    delete deleted deleting deletion demand denied dependencies dependency deploy deployed deprovisioning
    deserializable deserialized detached detaching different disabled disallowed does doesn't duplicate empty
    enabled encountered enough enrolled etag exceed exceeded exceeding exceeds exclusive exist existing exists
    expired fail failed failing failure family finish finished forbidden format formatted found full generalized
    grant greater high identical immutable inaccessible incompatible incorrect incorrectly inside insufficient
    internal invalid latest lease leave legal length less limit limits linked locked longer lower lun malformed
    marked match maximum mismatch missing modified modify more moved moving must never not nothing occupied offered
    only operation operations outside overlap overlapping overlapped owned owner parameter pending permission
    permissions permitted policy precondition preempted privileges process processing progress prohibited property
    provided provisioned provisioning purge purged quota quotas ready recently recover recoverable recovered
    referenced references refers registered registration regional rejected remove removed requests required requires
    reserved resize resized resizing resolved restarting restricted restriction restrictions retry running scaling
    scope secret secure shrink sign signature size smaller snapshots soft spending spot started starting still
    stopped stopping succeed succeeded sufficient support supported suspended taken temporarily terms throttled
    timed timeout token too transient transition unable unauthorized unavailable unexpected unique unknown
    unreachable unrecognized unsupported until updated updating upgrade upgrading usage use used using valid
    validation vcpus version violates wait waiting while whitelisted wrong zonal
    """
_TELLING = frozenset(_VOCABULARY.split())
_HIDDEN = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`|“[^”]*”|‘[^’]*’|<[^>]*>|\[[^\]]*\]|\{[^}]*\}|https?://\S+""")
_WORD = re.compile(r"(?<![\w.\-@/:+=])[A-Za-z]+(?:n't)?(?![\w\-@/:+=]|\.\w)")


def signature(type_: str, code: str, message: str) -> str:
    """12 hex digits. `type_` is the class, `code` Azure's own, `message` Azure's words."""
    said = "\n".join((type_, re.sub(r"\d+", "0", code.casefold()), " ".join(_telling(message))))
    return hashlib.sha256(said.encode(errors="replace")).hexdigest()[:LENGTH]


def _telling(message: str) -> list[str]:
    words = (word.casefold() for word in _WORD.findall(_HIDDEN.sub(" ", message)))
    return list(dict.fromkeys(word for word in words if word in _TELLING))[:WORDS_MAX]
