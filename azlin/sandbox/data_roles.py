"""Who may touch the data of a resource: role assignments with data actions, at the resource or above it.

Judged as everything in ARM is (`arm/authorization/access.py`).
"""

from __future__ import annotations

from azlin.sandbox.arm.authorization.access import may as may_act
from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.entra import Claims


def may(plane: ControlPlane, claims: Claims, place: str, action: str) -> bool:
    """Whether the caller has a data action at `place`, an ARM id of any casing."""
    call = Call(plane, "GET", "2022-04-01", claims.tid, claims.oid, claims.appid)
    return may_act(call, place, action, data=True)
