"""Extensions of a VM as the VM shows them: whole in `resources`, and as handlers and statuses in its instance view."""

from __future__ import annotations

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.times import iso

_SEGMENT = "extensions"


def show_extensions(machine: Resource, call: Call) -> None:
    """Put `resources` into the body that is shown, in place; a VM without extensions has none."""
    found = _extensions(machine, call)
    if found:
        machine.body["resources"] = [one.body for one in found]


def add_to_view(view: Body, machine: Resource, call: Call) -> None:
    """Add handlers and statuses to the instance view of a VM that runs, in place."""
    found = _extensions(machine, call)
    if not found:
        return
    view["vmAgent"]["extensionHandlers"] = [
        {
            "type": _type(one),
            "typeHandlerVersion": one.properties.get("typeHandlerVersion"),
            "status": _status(one, "Ready"),
        }
        for one in found
    ]
    view["extensions"] = [
        {
            "name": one.id.name,
            "type": _type(one),
            "typeHandlerVersion": one.properties.get("typeHandlerVersion"),
            "statuses": [{**_status(one, "Provisioning succeeded"), "time": iso(one.changed_at)}],
        }
        for one in found
    ]


def _extensions(machine: Resource, call: Call) -> list[Resource]:
    return list(call.plane.store.all(parent=machine.id, type=f"{machine.id.type}/{_SEGMENT}"))


def _type(extension: Resource) -> str:
    return f"{extension.properties.get('publisher')}.{extension.properties.get('type')}"


def _status(extension: Resource, words: str) -> Body:
    return {
        "code": "ProvisioningState/succeeded",
        "level": "Info",
        "displayStatus": words,
        "message": f"Plugin enabled (handler name: {_type(extension)}, extension name: {extension.id.name}, version: "
        f"{extension.properties.get('typeHandlerVersion')}).",
    }
