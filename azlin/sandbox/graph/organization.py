"""The tenant itself: `organization`, `domains`, `subscribedSkus` and the conditional access policies it has (none)."""

from __future__ import annotations

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.directory import Tenant
from azlin.sandbox.graph import refusals
from azlin.sandbox.graph.asking import Asking
from azlin.sandbox.graph.kinds import Body

_CREATED = "2020-01-01T00:00:00Z"


def answer(asking: Asking, tenant: Tenant) -> Answer | None:
    """None when the path is about something else. Raises GraphRefusal 404, 405."""
    path = "/".join(asking.parts).casefold()
    first = asking.parts[0].casefold()
    if path == "identity/conditionalaccess/policies":
        return _collection(asking, "identity/conditionalAccess/policies", [], ())
    if first == "organization":
        return _collection(asking, "organization", [_organization(tenant)], asking.parts[1:])
    if first == "domains":
        return _collection(asking, "domains", [_domain(tenant)], asking.parts[1:])
    if first == "subscribedskus":
        return _collection(asking, "subscribedSkus", [], asking.parts[1:])
    return None


def _collection(asking: Asking, name: str, bodies: list[Body], rest: tuple[str, ...]) -> Answer:
    if asking.method != "GET":
        raise refusals.method_not_supported()
    if not rest:
        return Answer(200, {"@odata.context": asking.context(name), "value": bodies})
    for body in bodies:
        if body["id"] == rest[0].casefold():
            return Answer(200, asking.entity(name, body))
    raise refusals.not_found(rest[0])


def _organization(tenant: Tenant) -> Body:
    return {
        "id": tenant.id,
        "deletedDateTime": None,
        "businessPhones": [],
        "city": None,
        "country": None,
        "countryLetterCode": None,
        "createdDateTime": _CREATED,
        "defaultUsageLocation": None,
        "displayName": tenant.name,
        "isMultipleDataLocationsForServicesEnabled": None,
        "marketingNotificationEmails": [],
        "onPremisesLastSyncDateTime": None,
        "onPremisesSyncEnabled": None,
        "partnerTenantType": None,
        "postalCode": None,
        "preferredLanguage": "en",
        "securityComplianceNotificationMails": [],
        "securityComplianceNotificationPhones": [],
        "state": None,
        "street": None,
        "technicalNotificationMails": [],
        "tenantType": "AAD",
        "privacyProfile": None,
        "assignedPlans": [],
        "onPremisesSyncStatus": [],
        "provisionedPlans": [],
        "verifiedDomains": [
            {
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": True,
                "isInitial": True,
                "name": tenant.domain,
                "type": "Managed",
            }
        ],
    }


def _domain(tenant: Tenant) -> Body:
    return {
        "id": tenant.domain,
        "authenticationType": "Managed",
        "availabilityStatus": None,
        "isAdminManaged": True,
        "isDefault": True,
        "isInitial": True,
        "isRoot": True,
        "isVerified": True,
        "manufacturer": None,
        "model": None,
        "passwordNotificationWindowInDays": None,
        "passwordValidityPeriodInDays": None,
        "state": None,
        "supportedServices": ["Email", "OfficeCommunicationsOnline"],
    }
