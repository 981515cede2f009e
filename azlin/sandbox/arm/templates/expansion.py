"""A template with its nested deployments opened and nothing deployed: what validate and whatIf look at.

What only a deployed resource could tell (`reference`, `list*`) stays as it is written, and a nested deployment that
cannot be opened for that reason is left closed, as ARM does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.management_groups import MANAGEMENT_GROUP
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.templates.deployment_run import expression_error, with_linked
from azlin.sandbox.arm.templates.deployment_scope import opened
from azlin.sandbox.arm.templates.expressions import TemplateInvalid
from azlin.sandbox.arm.templates.template import Deployable, Template, needs_deployed
from azlin.sandbox.arm.templates.template_places import DEPLOYMENTS, GROUPS

_DEEPEST = 20


class Expansion:
    """`resources` are those of the template and of all nested ones, with their bodies; `refused` are the refusals of
    nested deployments; `closed` the nested deployments that could not be opened."""

    def __init__(self, template: Template, linked: Mapping[str, Any], call: Call) -> None:
        self.resources: list[tuple[Deployable, Body]] = []
        self.refused: list[ArmRefusal] = []
        self.closed: list[Deployable] = []
        self._call = call
        self._groups: dict[str, Body] = {}
        self._open(template, linked, 0)

    def _open(self, template: Template, linked: Mapping[str, Any], depth: int) -> None:
        for own in template.resources:
            try:
                body = own.body(own.functions, keep=True)
            except TemplateInvalid as invalid:
                error = expression_error(own, invalid)
                self.refused.append(ArmRefusal(400, error["code"], error["message"], target=error["target"]))
                continue
            self.resources.append((own, body))
            if own.type.casefold() in (GROUPS.casefold(), MANAGEMENT_GROUP.casefold()):
                self._groups[own.id.casefold()] = {
                    "id": own.id,
                    "name": own.name,
                    "type": own.type,
                    "properties": {},
                    **body,
                }
            if own.type.casefold() == DEPLOYMENTS.casefold() and not own.existing and depth < _DEEPEST:
                self._nested(own, with_linked(body, linked), depth)

    def _nested(self, own: Deployable, body: Body, depth: int) -> None:
        rid = self._call.plane.store.parse(own.id, self._call.tenant)
        if needs_deployed(object_of(object_of(body.get("properties")).get("parameters"))):
            self.closed.append(own)
            return
        try:
            template, content = opened(rid, body, self._call, self._groups)
        except ArmRefusal as refused:
            self.refused.append(refused)
            return
        self._open(template, content.linked, depth + 1)
