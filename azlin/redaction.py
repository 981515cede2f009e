"""Secrets are found here, and nowhere else: in what people type, in what tools answer, in what we keep.

Two ways to find one. By the name it stands under (`adminPassword`, `AccountKey=`, `--client-secret`), which says that
any value is secret; and by its own shape (a JWT, a private key, a storage key), wherever it stands. A name that only
might hide a secret (`routingKey`) counts when the value looks random too. Public keys, names, ids and Key Vault
references are not secrets. Where prose is ambiguous, hiding a harmless word is the smaller harm.

`extract_secrets` is for requests: the text is kept with `{secret:NAME}` in place of each secret, which `fill` puts
back at the moment of the call. `redact` is the net under everything that is written down.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, cast

import msgspec

MASK = "***"
REMEMBERED_MAX = 300
"""Longer texts than this are looked through anew each time."""
PLACEHOLDER = re.compile(r"\{secret:([A-Za-z0-9_-]+)\}")

_ANY_VALUE = re.compile(
    r"(?:password|passwords|passwd|passphrase|passcode|passwort|kennwort|contraseña|secret|secrets|credential|"
    r"(?:secret|password)(?:value|text)|"
    r"connectionstrings?|sas(?:token|url|uri)|sharedaccesssignature|authorization|setcookie)$"
)
_TOKEN = re.compile(r"(?<!continuation)(?<!skip)(?<!page)(?<!next)(?<!cancellation)token$")
_KEY = re.compile(
    r"(?:account|access|api|primary|secondary|shared|master|storage|admin|function|private|signing|symmetric|auth|"
    r"subscription|license|query|integration|client|secret|workspace|sas|registration|authorization)keys?$"
)
_SHORT = frozenset({"pwd", "pw", "pass", "sig", "sas"})
"""Too short to be looked for inside another word (`compass`): they must be the last word of a name."""

_PUBLIC = re.compile(
    r"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-(?:ssh|ecdsa)[\w@.-]+)\s+AAAA[A-Za-z0-9+/]+={0,3}"
)
_REFERENCE = re.compile(
    r"\{secret:[\w-]+\}|\*+|@Microsoft\.KeyVault\(.*\)|\[[A-Za-z]+\(.*\)\S*\]|\$\([\w.-]+\)|\$\{[\w.-]+\}|/subscriptions/.*"
)
_SCHEMES = frozenset({"bearer", "basic", "sharedaccesssignature"})
"""What may stand between `Authorization:` and the secret."""
_RANDOM = re.compile(r"(?=.*[A-Za-z])(?=.*\d)[A-Za-z0-9+/_.~=-]{20,}$")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether whatever stands under this name is a secret: `adminPassword`, `account_key`, `--sas-token`."""
    words = re.findall(r"[A-Z]+(?![a-zß-ÿ])|[A-Z]?[a-zß-ÿ]+", name)
    joined = "".join(words).casefold()
    if not joined or "public" in joined:
        return False
    found = _ANY_VALUE.search(joined) or _TOKEN.search(joined) or _KEY.search(joined)
    return bool(found) or words[-1].casefold() in _SHORT


def _looks_random(value: str) -> bool:
    return bool(_RANDOM.match(value)) and not _GUID.match(value) and not value.startswith(("/", "AAAA"))


@lru_cache(maxsize=4096)
def _might_be_secret_name(name: str) -> bool:
    folded = re.sub(r"[\d_]+$", "", name).casefold()
    return folded.endswith("key") and "public" not in folded


def redact(value: Any) -> Any:
    """The same JSON-able value with every secret in it replaced by `***`.

    Strings, dicts, lists and tuples are searched through; agentic values (msgspec Structs) come back as plain dicts;
    other scalars pass. `{secret:NAME}` placeholders and references to a vault stay. Redacting twice changes nothing.
    """
    if isinstance(value, str):
        return _without_secrets(value) if len(value) <= REMEMBERED_MAX else _replace(value, _mask)
    if isinstance(value, msgspec.Struct):
        return redact(msgspec.to_builtins(value))
    if isinstance(value, dict):
        return _redact_pairs(cast("dict[Any, Any]", value))
    if isinstance(value, (list, tuple)):
        items = list(cast("list[Any]", value))
        redacted = [redact(item) for item in items]
        for place in _secret_arguments(items):
            redacted[place] = _masked(items[place])
        return tuple(redacted) if isinstance(value, tuple) else redacted
    return value


def _mask(kind: str, secret: str) -> str:  # noqa: ARG001
    return MASK


@lru_cache(maxsize=8192)
def _without_secrets(text: str) -> str:
    """An objective is filed several times in a run, and its types, names and regions come again and again in it."""
    return _replace(text, _mask)


def extract_secrets(text: str) -> tuple[str, dict[str, str]]:
    """The text with `{secret:NAME}` in place of each secret, and the secrets by name.

    Names say the kind (`password`, `key`, `token` …); a second, different secret of a kind gets `-2`. `fill` of the
    first with the second is the text as it was.
    """
    taken = set(PLACEHOLDER.findall(text))
    secrets: dict[str, str] = {}

    def refer(kind: str, secret: str) -> str:
        for name, known in secrets.items():
            if known == secret:
                return f"{{secret:{name}}}"
        name, count = kind, 1
        while name in secrets or name in taken:
            count += 1
            name = f"{kind}-{count}"
        secrets[name] = secret
        return f"{{secret:{name}}}"

    return _replace(text, refer), secrets


def fill(value: Any, secrets: Mapping[str, str]) -> Any:
    """The value with each `{secret:NAME}` replaced by its text. Raises KeyError naming one that is missing."""
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda found: secrets[found[1]], value)
    if isinstance(value, dict):
        return {key: fill(item, secrets) for key, item in cast("dict[Any, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        filled = [fill(item, secrets) for item in cast("list[Any]", value)]
        return tuple(filled) if isinstance(value, tuple) else filled
    return value


def secret_names(value: Any) -> tuple[str, ...]:
    """The names of the secrets that a value refers to, sorted: what resume has to ask for."""
    plain = msgspec.json.encode(value, enc_hook=str).decode()
    return tuple(sorted(set(PLACEHOLDER.findall(plain))))


def _redact_pairs(pairs: dict[Any, Any]) -> dict[Any, Any]:
    kept: dict[Any, Any] = {}
    for key, value in pairs.items():
        name = str(key)
        if is_secret_name(name):
            kept[key] = _masked(value)
        elif _might_be_secret_name(name) and isinstance(value, str) and _looks_random(value):
            kept[key] = MASK
        elif name.casefold() == "value" and _names_a_secret(pairs):
            kept[key] = _masked(value)
        else:
            kept[key] = redact(value)
    return kept


def _names_a_secret(pairs: dict[Any, Any]) -> bool:
    """Whether the `value` beside these is secret: an app setting, an environment variable, a key in a list of keys."""
    folded = {str(key).casefold(): value for key, value in pairs.items()}
    named = folded.get("name", folded.get("key"))
    secure = str(folded.get("type", "")).casefold() in {"securestring", "secureobject"}
    return secure or "keyname" in folded or (isinstance(named, str) and is_secret_name(named))


_DESCRIBES = frozenset({"name", "id", "type", "keyid", "keyvaulturl", "identity", "hint", "enabled", "displayname"})
"""What may stand inside a thing with a secret name (`secrets: [{name, value}]`) without being secret itself."""


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        pairs = cast("dict[Any, Any]", value)
        return {k: redact(v) if _describes(str(k)) else _masked(v) for k, v in pairs.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(item) for item in cast("list[Any]", value)]
    if value is None or isinstance(value, bool) or value == "":
        return value
    if isinstance(value, str) and _REFERENCE.fullmatch(value):
        return value
    return MASK


def _describes(name: str) -> bool:
    folded = name.casefold()
    return folded in _DESCRIBES or folded.endswith(("datetime", "uri", "ref", "name"))


def _secret_arguments(items: list[Any]) -> Iterator[int]:
    """The places in an argument list that hold a secret because of the flag before them."""
    words = [item if isinstance(item, str) else "" for item in items]
    for place, word in enumerate(words[:-1]):
        flag = word.startswith("--") and "=" not in word and is_secret_name(word)
        login = word == "-p" and "login" in words[:place]
        vault = word == "--value" and words[:place].count("secret") and "set" in words[:place]
        if (flag or login or vault) and words[place + 1]:
            yield place + 1


class _Rule(NamedTuple):
    """A way to recognise a secret in text: the last group that matched is the secret, if `accepts` agrees."""

    kind: str | None
    pattern: re.Pattern[str]
    accepts: Callable[[re.Match[str], str], bool] = lambda found, secret: True


_VALUE = r"""(?:\\"((?:[^"\\]|\\\\.)+)\\"|"((?:[^"\\\n]|\\.)+)"|'([^'\n]+)'|(\S+))"""
_COMPACT = r"""(?:\\"((?:[^"\\]|\\\\.)+)\\"|"((?:[^"\\\n]|\\.)+)"|'([^'\n]+)'|((?:(?![;&][A-Za-z][\w ]*=)\S)+))"""
_NAME = r"(?<![A-Za-z0-9])(?P<name>(?:[A-Za-z]+ )?[A-Za-zß-ÿ][\wß-ÿ.-]*)\\?[\"']?"
_WORD = r"pass(?:word|phrase|wd|code)|pwd|passwort|kennwort|contraseña"
_THING = (
    r"(?:(?:account|access|api|storage|shared|primary|secondary|client|admin|auth)[ -]?(?:key|secret|token)|"
    r"sas(?:[ -]token)?|token|connection[ -]string)"
)
_BECOMES = r"(?:is|to|as|be|becomes|set\s+to|(?:will|should|must|shall)\s+be)"
_ORDINARY = (
    "a an and any are as at auth authenticated authentication based be because before between blank but "
    "by can cannot change changed changes complexity correct could disabled does doesn't empty enabled "
    "expired expires expiry field for from generated has hash if in incorrect invalid is it least length "
    "less locked login logins longer may missing must my named needed needs no none not of off on only "
    "optional or policy properties protected protection provided random required requirement requirements "
    "reset resets rotation same set shall shorter should shown so some something specified strong "
    "supplied than that the their then this to unknown unset using valid value vault was when which will "
    "with without wrong you your "
)
_NOT_A_PASSWORD = frozenset(_ORDINARY.split())


def _by_name(found: re.Match[str], secret: str) -> bool:
    name = found["name"]
    if secret.casefold() in _SCHEMES:
        return False
    if is_secret_name(name):
        spaced = found["sign"].strip() == ":" and secret.casefold().rstrip(".,") in _NOT_A_PASSWORD
        return not spaced
    return _might_be_secret_name(name) and _looks_random(secret)


def _by_flag(found: re.Match[str], secret: str) -> bool:
    return is_secret_name(found["name"]) and not secret.startswith("--")


def _as_prose(found: re.Match[str], secret: str) -> bool:
    quoted = found.lastindex != found.re.groups
    plain = secret.casefold().strip(".,;:!?")
    if not quoted and (plain in _NOT_A_PASSWORD or secret.startswith("--")):
        return False
    said = found["before"] or found["becomes"]
    return bool(quoted or said or not plain.isalpha())


def _as_random_or_quoted(found: re.Match[str], secret: str) -> bool:
    return found.lastindex != found.re.groups or not secret.isalpha()


def _as_random_prose(found: re.Match[str], secret: str) -> bool:
    long = 12 if found["becomes"] else 16
    return len(secret) >= long and any(c.isdigit() for c in secret) and any(c.isalpha() for c in secret)


_RULES = (
    _Rule(
        "private-key",
        re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z))", re.S),
    ),
    _Rule("token", re.compile(r"\b(eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*)")),
    _Rule("token", re.compile(r"\b(?:Bearer|Basic)\s+([A-Za-z0-9._~+/=-]{8,})", re.I)),
    _Rule("password", re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]*:([^\s/]+)@", re.I)),
    _Rule("key", re.compile(r"(?<![A-Za-z0-9+/=])([A-Za-z0-9+/]{86}==)(?![A-Za-z0-9+/=])")),
    _Rule("secret", re.compile(r"(?<![\w~.-])([\w~.-]{3}\dQ~[\w~.-]{31,34})")),
    _Rule("key", re.compile(r"\b(\w{40,52}(?:AzFu|AzSe|ACDb|AzCa|JQQJ9)[\w+/-]{4,40}={0,2})")),
    _Rule(
        "token",
        re.compile(r"\b(gh[pousr]_\w{20,}|github_pat_\w{20,}|sk-(?:ant-)?[\w-]{20,}|xox[abp]-[\w-]{10,}|AKIA\w{16})"),
    ),
    _Rule(None, re.compile(_NAME + r"(?P<sign>\s+[:=]\s*|\s*[:=]\s+)(?![\s:=])" + _VALUE), _by_name),
    _Rule(None, re.compile(_NAME + r"(?P<sign>[:=])(?![\s:=])" + _COMPACT), _by_name),
    _Rule(None, re.compile(r"(?<!\S)(?P<name>--[\w-]+)(?:\s+|=)" + _VALUE), _by_flag),
    _Rule(
        "password",
        re.compile(r"(?<!\S)" + _VALUE + r"(?=\s+as\s+(?:(?:the|its|an?|my)\s+)?(?:\w+\s+)?(?:" + _WORD + r")\b)"),
        _as_random_or_quoted,
    ),
    _Rule("password", re.compile(r"\blogin\b[^\n|;]*?\s-p\s+" + _VALUE)),
    _Rule(
        "secret", re.compile(r"\bsecret\b[^\n]{0,120}?\bvalue(?:\s*[:=]\s*|\s+(?:is\s+|of\s+|to\s+)?)" + _VALUE, re.I)
    ),
    _Rule(
        "password",
        re.compile(
            r"(?P<before>\b(?:with|using|use|and|give\s+it)\s+(?:an?\s+|the\s+)?(?:\w+\s+)?)?\b(?:" + _WORD + r")"
            r"(?:\s+(?:for|of|on)(?:\s+[\w.-]+){1,3}?(?=\s+(?:is|to)\b))?"
            r"(?:\s+(?P<becomes>" + _BECOMES + r"))?\s+" + _VALUE,
            re.I,
        ),
        _as_prose,
    ),
    _Rule(
        "key",
        re.compile(r"\b" + _THING + r"(?:\s+(?P<becomes>" + _BECOMES + r"))?\s+" + _VALUE, re.I),
        _as_random_prose,
    ),
)


class _Span(NamedTuple):
    start: int
    end: int
    kind: str


def _replace(text: str, say: Callable[[str, str], str]) -> str:
    """The text with each secret replaced by what `say(kind, secret)` returns."""
    parts: list[str] = []
    behind = 0
    for span in _spans(text):
        parts += [text[behind : span.start], say(span.kind, text[span.start : span.end])]
        behind = span.end
    return "".join([*parts, text[behind:]]) if parts else text


def _spans(text: str) -> list[_Span]:
    """Where the secrets are: in order, not overlapping."""
    public = [found.span() for pattern in (_PUBLIC, PLACEHOLDER) for found in pattern.finditer(text)]
    found = [span for rule in _RULES for span in _matches(rule, text)]
    found = [f for f in found if not any(start <= f.start and f.end <= end for start, end in public)]
    for start, end, kind in list(found):
        if end - start >= 6:
            found += [_Span(*again.span(), kind) for again in re.finditer(re.escape(text[start:end]), text)]
    merged: list[_Span] = []
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = _Span(last.start, max(last.end, span.end), last.kind)
        else:
            merged.append(span)
    return merged


def _matches(rule: _Rule, text: str) -> Iterator[_Span]:
    place = 0
    while found := rule.pattern.search(text, place):
        group = found.lastindex or 0
        start, end = found.span(group)
        end = _without_punctuation(text, start, end)
        secret = text[start:end]
        if secret and not _is_reference(secret) and rule.accepts(found, secret):
            yield _Span(start, end, rule.kind or _kind_of(found["name"]))
            place = found.end()
        else:
            # What was taken for a value may hold a name and a value of its own.
            place = max(found.start() + 1, start)


def _is_reference(secret: str) -> bool:
    if _REFERENCE.fullmatch(secret):
        return True
    bare = PLACEHOLDER.sub("", secret).replace(MASK, "")
    return bare != secret and not any(character.isalnum() for character in bare)


def _without_punctuation(text: str, start: int, end: int) -> int:
    """Where a bare word ends that a sentence, a list or a bracket goes on after."""
    quoted = start > 0 and end < len(text) and text[start - 1] == text[end] and text[end] in "\"'"
    while not quoted and end > start:
        last = text[end - 1]
        opened = {")": "(", "]": "[", "}": "{"}.get(last)
        inside = text[start : end - 1]
        closes = opened is not None and opened not in inside and opened in text[:start]
        if last not in ",;.\"'" and not closes:
            break
        end -= 1
    return end


def _kind_of(name: str) -> str:
    folded = name.casefold()
    for word, kind in (
        ("connection", "connection-string"),
        ("pass", "password"),
        ("pw", "password"),
        ("kenn", "password"),
    ):
        if word in folded:
            return kind
    if any(word in folded for word in ("token", "sas", "sig", "authorization")):
        return "token"
    return "key" if folded.endswith("key") else "secret"
