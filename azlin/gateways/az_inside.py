"""What is done inside az's own process, between its parser and its HTTP client. See `az_host.py`, which loads this.

Standard library and az's own packages only: it runs on whatever Python az has. The hooks are az's events and the
classes that `AzCli` is built with; azure-cli 2.60 and later have them all.
"""

# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUntypedBaseClass=false, reportUnknownParameterType=false
# (azure.cli is installed in az's environment, not in ours)

from __future__ import annotations

import contextlib
import difflib
import gc
import ipaddress
import os
import socket
import ssl
import sys
from typing import Any, Callable, Iterator  # noqa: UP035 (az may have an older Python than we have)

BODY_MAX = 65536
READING = ("GET", "HEAD", "OPTIONS")
LIMIT = "x-ms-ratelimit-remaining-"
COMMON = (
    ("group", "show"),
    ("rest",),
    ("vm", "list"),
    ("vm", "create"),
    ("resource", "delete"),
    ("network", "vnet", "create"),
    ("network", "nic", "create"),
    ("storage", "account", "create"),
)
"""Commands whose code is loaded before anybody asks, most wanted first."""
LIBRARIES = (
    "azure.cli.core",
    "requests",
    "azure.cli.core._profile",
    "azure.cli.core.auth.identity",
    "azure.cli.core.auth.msal_credentials",
    "azure.cli.core.commands.client_factory",
    "azure.mgmt.core.polling.arm_polling",
)
"""What az imports only when a command really calls Azure."""


class Refused(BaseException):
    """az's parser said no. Not an Exception, because az would print that and turn it into an exit code."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class Answered(BaseException):
    """What was asked is known, and the command need not run."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__()
        self.answer = answer


def make_cli() -> Any:
    """az's default CLI with a parser that raises Refused instead of printing, guessing at extensions and exiting."""
    from azure.cli.core import MainCommandsLoader, get_default_cli
    from azure.cli.core.parser import AzCliCommandParser

    class Parser(AzCliCommandParser):
        def error(self, message: str) -> None:
            raise Refused(kind_of(message), message)

        def exit(self, status: int = 0, message: str | None = None) -> None:
            raise Refused("usage", message or f"az stopped before it ran anything (status {status})")

        def format_help(self) -> None:
            raise Refused("help", "this asks for help; it is not a command")

        def _check_value(self, action: Any, value: Any) -> None:
            if action.choices is None or value in action.choices:
                return
            near = difflib.get_close_matches(str(value), [str(choice) for choice in action.choices], cutoff=0.6)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            if action.dest in ("_command", "_command_package", "_subcommand"):
                raise Refused("unknown-command", f"{self.prog} has no command {value!r}{hint}")
            options = "/".join(action.option_strings) or action.dest
            raise Refused("bad-choice", f"{value!r} is not a value of {options}{hint}")

    class Loader(MainCommandsLoader):
        index_used = False

        def _load_modules(self, args: Any, command_modules: Any) -> Any:
            # A command that az's index does not know makes it load every module there is (2 to 18 s) only to say so.
            if self.index_used:
                raise Refused("unknown-command", f"az has no command {' '.join(words(args))!r}")
            self.index_used = True
            return super()._load_modules(args, command_modules)

    cli = get_default_cli()
    cli.parser_cls = Parser
    cli.commands_loader_cls = Loader
    return cli


def words(args: list[str]) -> list[str]:
    """The leading words of a command line, before its first option."""
    found: list[str] = []
    for arg in args:
        if arg.startswith("-"):
            break
        found.append(arg)
    return found


def kind_of(message: str) -> str:
    for sign, kind in (
        ("are required", "missing-required"),
        ("is required", "missing-required"),
        ("unrecognized arguments", "unknown-argument"),
        ("expected ", "missing-value"),
        ("invalid", "bad-value"),
    ):
        if sign in message:
            return kind
    return "usage"


class Errand:
    """What is wanted of one command, told to az as handlers of its events."""

    def __init__(self, do: str, send: Callable[[dict[str, Any]], None]) -> None:
        self.do = do
        self.send = send
        self.row: dict[str, Any] = {}
        self.taken = False

    def loaded(self, cli: Any, commands_loader: Any = None, **_event: Any) -> None:
        if self.do == "describe":
            self.row = describe(commands_loader, cli.invocation.data["command_string"])

    def parsed(self, _cli: Any, args: Any = None, **_event: Any) -> None:
        if self.do == "describe":
            # What `az rest` does depends on its method, and only az's parser knows every way to spell that option.
            raise Answered({"command": {**self.row, "method": getattr(args, "method", None)}})
        if self.do == "accept":
            raise Answered({"accepted": True})
        self.taken = True
        self.send({"taken": os.getpid()})

    def refused(self, kind: str, message: str) -> dict[str, Any]:
        """The answer when az did not take the arguments; an empty message means that az has printed it."""
        if self.do == "describe":
            return {"command": self.row or None}
        return {"refused": {"kind": kind, "message": message}}


def carry_out(request: dict[str, Any], send: Callable[[dict[str, Any]], None], loopback_only: bool) -> dict[str, Any]:
    """Accept, describe or run `request["argv"]` in this process, and return the answer without its captured streams."""
    gc.disable()  # a collection would touch, and so copy, all that this short-lived process shares with its parent
    argv, errand = request["argv"], Errand(request["do"], send)
    if argv[:1] != ["az"] or not words(argv[1:]) or any("\0" in word for word in argv):
        return errand.refused("unknown-command", "an argument list is 'az', a command, and options")
    running = errand.do == "run"
    # Parsing must not call anybody (a few argument types and defaults of az would).
    outside = guard(loopback=running) if loopback_only or not running else []
    http = observe(request.get("mark") or "") if running else {}
    from azure.cli.core.commands.events import EVENT_INVOKER_POST_LOAD_ARGUMENTS
    from knack.events import EVENT_INVOKER_POST_PARSE_ARGS

    cli = make_cli()
    cli.register_event(EVENT_INVOKER_POST_LOAD_ARGUMENTS, errand.loaded)
    cli.register_event(EVENT_INVOKER_POST_PARSE_ARGS, errand.parsed)
    try:
        rc = invoke(cli, argv[1:])
    except Answered as answered:
        return answered.answer
    except Refused as refused:
        if not errand.taken:
            return errand.refused(refused.kind, refused.message)
        sys.stderr.write(f"ERROR: {refused.message}\n")
        rc = 2
    if not errand.taken:
        return errand.refused("usage", "")
    http["body"] = http.pop("read", str)()
    return {"rc": rc, "http": http, "outside": outside}


def invoke(cli: Any, args: list[str]) -> int:
    try:
        return cli.invoke(args, out_file=sys.stdout) or 0
    except SystemExit as stopped:
        return stopped.code if isinstance(stopped.code, int) else 1


def describe(loader: Any, name: str) -> dict[str, Any]:
    """What az's command table says of one command; empty for a group. `methods` are the HTTP methods it can send, known
    only for commands that az generates from API definitions."""
    command = loader.command_table.get(name)
    if command is None:
        return {}
    methods: set[str] = set()
    for part in vars(type(command)).values():
        method = getattr(part, "method", None) if isinstance(part, type) else None
        if isinstance(method, property) and method.fget is not None:
            with contextlib.suppress(Exception):
                methods.add(str(method.fget(None)))
    parameters: list[dict[str, Any]] = []
    for dest, argument in command.arguments.items():
        settings = argument.type.settings
        choices = settings.get("choices")
        parameters.append(
            {
                "name": dest,
                "options": [str(getattr(o, "target", o)) for o in settings.get("options_list") or ()],
                "required": bool(settings.get("required")),
                "choices": [str(choice) for choice in choices] if choices else None,
            }
        )
    return {
        "name": name,
        "methods": sorted(methods) or None,
        "confirmation": bool(command.confirmation),
        "parameters": parameters,
    }


def guard(*, loopback: bool) -> list[str]:
    """From now on refuse to call any address (or, with `loopback`, any that is not loopback). Returns a list that
    collects what was refused."""
    refused: list[str] = []

    def check(host: Any) -> None:
        name = host.decode() if isinstance(host, bytes) else str(host)
        try:
            local = ipaddress.ip_address(name).is_loopback
        except ValueError:  # a name, and 127.0.0.1.example.org is one too
            local = name in ("localhost", "")
        if not (local and loopback):
            refused.append(name)
            raise ConnectionRefusedError(111, f"{name} is not loopback, and was not called")

    def guarded(real: Any) -> Any:
        def call(self: socket.socket, address: Any, *rest: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                check(address[0])
            return real(self, address, *rest)

        return call

    real_look_up: Any = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **named: Any) -> Any:
        if host is not None:
            check(host)
        return real_look_up(host, *rest, **named)

    socket.getaddrinfo = look_up
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
    return refused


def observe(mark: str) -> dict[str, Any]:
    """Remember the last HTTP answer az got: an exit code and a message alone carry no status and no headers. With a
    `mark`, every request that changes something carries it as its client request id."""
    import requests

    last: dict[str, Any] = {}
    real: Any = requests.Session.send
    wanted = ("azure-asyncoperation", "location", "retry-after", "x-ms-retry-after-ms")
    limits: dict[str, str] = {}

    def send(self: Any, request: Any, **named: Any) -> Any:
        change_once()
        if mark and request.method.upper() not in READING:
            request.headers["x-ms-client-request-id"] = mark
        response = real(self, request, **named)

        def read() -> str:
            try:
                return response.content.decode(errors="replace")[:BODY_MAX]
            except Exception:  # noqa: BLE001 (az may have streamed it away, in several ways)
                return ""

        told = {name.lower(): value for name, value in response.headers.items()}
        # What is left of a kind of request is told by the answers to that kind: the latest of each is kept.
        limits.update({name: value for name, value in told.items() if name.startswith(LIMIT)})
        headers = {**limits, **{name: value for name, value in told.items() if name in wanted}}
        last.update(method=request.method, url=request.url, status=response.status_code, headers=headers, read=read)
        return response

    requests.Session.send = send
    return last


def change_once() -> None:
    """Let az's libraries (azure-core's RetryPolicy) send what changes something once: whether it is sent again is
    decided where it is written down first. They would repeat a PUT or DELETE three times, and a POST that may have been
    carried out too (`RetryPolicyBase.is_retry`, `_is_method_retryable`); reads they may repeat."""
    policies: Any = sys.modules.get("azure.core.pipeline.policies._retry")
    base: Any = getattr(policies, "RetryPolicyBase", None)
    if base is None or getattr(base, "changes_once", False):
        return
    base.changes_once = True
    may_retry, may_repeat = base.is_retry, base._is_method_retryable

    def is_retry(self: Any, settings: Any, response: Any) -> Any:
        return response.http_request.method.upper() in READING and may_retry(self, settings, response)

    def is_method_retryable(self: Any, settings: Any, request: Any, response: Any = None) -> Any:
        return request.method.upper() in READING and may_repeat(self, settings, request, response)

    base.is_retry, base._is_method_retryable = is_retry, is_method_retryable


def warm_up() -> None:
    """Do once, before anybody waits, what every command does: the memory it touches is then ours already."""
    gc.disable()
    with contextlib.suppress(BaseException):
        make_cli().invoke(["vm", "list", "--not-an-option"])


def preloads() -> Iterator[Callable[[], None]]:
    """Small pieces of loading, so that a request never waits for more than one of them."""

    def library(name: str) -> None:
        with contextlib.suppress(Exception):
            __import__(name)

    def command(argv: tuple[str, ...]) -> None:
        with contextlib.suppress(BaseException):
            make_cli().invoke([*argv, "--not-an-option"])

    def tls() -> None:
        ssl.create_default_context()  # OpenSSL sets itself up at the first one, which takes longer than all the rest

    yield tls
    for name in LIBRARIES:
        yield lambda name=name: library(name)
    for argv in COMMON:
        yield lambda argv=argv: command(argv)
    yield gc.freeze
