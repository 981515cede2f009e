"""How slow writes, deletes and actions end when they are due (see `operations.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.arm.operations import Operation

if TYPE_CHECKING:
    from azlin.sandbox.arm.control_plane import ControlPlane


def finish_write(operation: Operation, plane: ControlPlane) -> None:
    resource = plane.store.get(plane.store.parse(operation.target, operation.tenant))
    error = operation.state.get("error")
    if resource is not None and plane.registry.behaviour(resource.id.type).provisioning:
        resource.properties["provisioningState"] = "Failed" if error else "Succeeded"
        plane.store.put(resource.id, resource.body)
    if error:
        operation.status, operation.error = "Failed", error


def finish_delete(operation: Operation, plane: ControlPlane) -> None:
    resource = plane.store.get(plane.store.parse(operation.target, operation.tenant))
    error = operation.state.get("error")
    if resource is not None and error is None:
        plane.purge(resource, plane.call_of(operation))
    elif resource is not None and plane.registry.behaviour(resource.id.type).provisioning:
        resource.properties["provisioningState"] = "Failed"
        plane.store.put(resource.id, resource.body)
    if error:
        operation.status, operation.error = "Failed", error


def finish_act(operation: Operation, plane: ControlPlane) -> None:
    error = operation.state.get("error")
    if error:
        operation.status, operation.error = "Failed", error
        return
    call = plane.call_of(operation)
    resource = plane.find(plane.store.parse(operation.target, operation.tenant), call)
    behaviour = plane.registry.behaviour(resource.id.type)
    result = behaviour.act(operation.state["action"], resource, operation.state["body"], call)
    operation.result = result.body if isinstance(result, Answer) else result


def finish_acted(operation: Operation, _plane: ControlPlane) -> None:
    """What was done at once and is only told late."""
    operation.result = operation.state.get("result")
