"""The doors to one Azure, wired for one command: Resource Manager and the Azure CLI, at one pace, through one outage.

A part of `azlin.app`, which alone uses it. Nothing is called, and nothing is started, before it is needed.
"""

from __future__ import annotations

from collections.abc import Callable

from azlin.agentic.command_executor import CommandExecutor
from azlin.gateways.arm import Arm
from azlin.gateways.az import Az
from azlin.gateways.az_pace import PacedAz
from azlin.gateways.bucket_file import BucketFile
from azlin.gateways.cloud import Cloud
from azlin.gateways.http import Http
from azlin.gateways.outage import Outage
from azlin.gateways.pace import Pace
from azlin.gateways.tokens import Tokens
from azlin.paths import Paths


class Doors:
    """`arm` is for planning, where nobody wants to wait for a network that is away; `enduring` is the same for what was
    approved, and waits for up to `timeout_s` seconds. `executor` runs az, and waits as that does. `notice` is told
    sentences."""

    def __init__(
        self,
        cloud: Cloud,
        paths: Paths,
        api_version: Callable[[str], str | None],
        notice: Callable[[str], None],
        *,
        timeout_s: float,
    ) -> None:
        az, http = Az(cloud, paths, notice=notice), Http(cloud)
        tokens = Tokens(cloud, http, paths, from_az=az.token)
        pace = Pace(BucketFile.of(paths, cloud), notice=notice)
        self.outage = Outage(timeout_s, notice=notice)
        self.arm = Arm(cloud, http, tokens, api_version, pace=pace)
        self.enduring = Arm(cloud, http, tokens, api_version, pace=pace, outage=self.outage)
        runner = PacedAz(az, pace, reach=self.enduring.reach)
        self.executor = CommandExecutor(runner, paths.command_history, timeout_s=timeout_s)
