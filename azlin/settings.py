"""What the user has settled: flags > environment (`AZLIN_…`) > config.toml > defaults, and who won."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Defaults:
    """What to use when the request does not say. None means: the family decides, and says so as an assumption."""

    location: str | None = None
    resource_group: str | None = None
    vm_size: str | None = None
    image: str | None = None
    admin_user: str | None = None
    ssh_key: str | None = None


@dataclass(frozen=True)
class Budget:
    """Limits in USD per month and day. None means that no limit is set, which is not zero."""

    monthly_limit: Decimal | None = None
    daily_limit: Decimal | None = None
    alert_thresholds: tuple[int, ...] = (50, 80, 100)
    resource_groups: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
