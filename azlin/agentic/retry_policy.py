"""Which failures may be tried again, and what kind of failure each one is.

The table is small and says only what is known: a code that is not in it is judged by its HTTP status, and what cannot
be judged is not tried again. Sources: learn.microsoft.com/azure/azure-resource-manager/troubleshooting/
common-deployment-errors and …/request-limits-and-throttling; ARM RPC, "Common API Details".
"""

from __future__ import annotations

from azlin.agentic.types import Failure
from azlin.errors import (
    AnswerLost,
    AzlinError,
    AzureRefused,
    BudgetExceeded,
    CloudUnreachable,
    NotFound,
    PermissionRefused,
    SchemaRefused,
    SignInNeeded,
    TimedOut,
    UsageRefused,
)
from azlin.gateways.backoff import backoff

__all__ = ["backoff", "failure_of", "kind_of", "retriable"]

_KINDS = {
    "throttled": """TooManyRequests OperationNotAllowedThrottled SubscriptionRequestsThrottled RequestThrottled
        ResourceRequestsThrottled ResourceCollectionRequestsThrottled HighRequestRate Throttled""",
    "transient": """RetryableError RetryableErrorDueToAnotherOperation ServerTimeout ServerBusy InternalServerError
        InternalError InternalExecutionError ServiceUnavailable GatewayTimeout BadGateway OperationTimedOut
        OperationPreempted OperationPreemptedByConcurrentOperation NetworkingInternalOperationError
        StorageFailure/SocketException TemporarilyUnavailable ServiceTimeout RequestTimeout""",
    "conflict": """AnotherOperationInProgress ConflictingConcurrentWriteNotAllowed ConcurrentUpdateError
        ConflictingServerOperation DeploymentActive DeploymentActiveAndUneditable ResourceGroupBeingDeleted
        ReferencedResourceNotProvisioned StorageAccountOperationInProgress AccountIsNotInProvisioningSucceededState
        ResourceNotReady ParentResourceNotProvisioned AttachDiskWhileBeingDetached Conflict ConflictError
        ResourceExistsAndCannotBeOverwritten StorageAccountAlreadyTaken StorageAccountAlreadyExists
        VaultAlreadyExists DnsRecordInUse InUseSubnetCannotBeDeleted PropertyChangeNotAllowed PreconditionFailed
        InUseNetworkSecurityGroupCannotBeDeleted PublicIPAddressCannotBeDeleted NicInUse OperationNotAllowedInState
        ScopeLocked InUse""",
    "not-found": """ResourceNotFound ResourceGroupNotFound ParentResourceNotFound NotFound SubscriptionNotFound
        ImageNotFound InvalidResourceReference StorageAccountNotFound PlatformImageNotFound""",
    "quota": """QuotaExceeded ResourceQuotaExceeded DeploymentQuotaExceeded PublicIPCountLimitReached
        PublicIpCountLimitExceeded SubnetIsFull QuotaLimitReached MaxStorageAccountsCountPerSubscriptionExceeded
        RoleAssignmentLimitExceeded RegionalQuotaExceeded""",
    "sku": """SkuNotAvailable AllocationFailed ZonalAllocationFailed OverconstrainedAllocationRequest
        OverconstrainedZonalAllocationRequest RegionDoesNotAllowProvisioning LocationNotAvailableForResourceType
        SkuNotSupported VMSizeNotSupported NotAvailableForSubscription""",
    "permission": """AuthorizationFailed LinkedAuthorizationFailed Forbidden RoleAssignmentUpdateNotPermitted
        InsufficientPrivileges Authorization_RequestDenied DenyAssignmentAuthorizationFailed
        ReadOnlyDisabledSubscription
        DisallowedProvider MissingSubscriptionRegistration SubscriptionNotRegistered""",
    "policy": "RequestDisallowedByPolicy RequestDisallowedByAzure PolicyViolation ReadOnlyLock",
    "invalid": """InvalidParameter InvalidRequestContent InvalidRequestFormat InvalidTemplate InvalidTemplateDeployment
        InvalidResourceType InvalidResourceNamespace InvalidResourceName AccountNameInvalid BadRequest LocationRequired
        NoRegisteredProviderFound InvalidApiVersionParameter ReservedResourceName MissingRequiredParameter
        PropertyChangeNotAllowedOnPut LinkedInvalidPropertyId NetcfgInvalidSubnet PrivateIPAddressNotInSubnet
        InvalidResourceLocation OperationNotAllowed AccountPropertyCannotBeSet""",
    "sign-in": """InvalidAuthenticationToken InvalidAuthenticationTokenTenant ExpiredAuthenticationToken
        AuthenticationFailed AuthenticationFailedMissingToken""",
    "unreachable": "ForeignLink",
}
KINDS: dict[str, str] = {code.casefold(): kind for kind, codes in _KINDS.items() for code in codes.split()}
"""Azure's code (case-folded) → the kind of failure."""

PASSING_CONFLICTS = frozenset(
    """AnotherOperationInProgress ConflictingConcurrentWriteNotAllowed ConcurrentUpdateError ConflictingServerOperation
    DeploymentActive ReferencedResourceNotProvisioned StorageAccountOperationInProgress ResourceNotReady
    AccountIsNotInProvisioningSucceededState ParentResourceNotProvisioned AttachDiskWhileBeingDetached
    ResourceGroupBeingDeleted OperationPreempted""".casefold().split()
)
"""Conflicts with something that is going on and will end; all others last until somebody changes something."""

_BY_STATUS = {
    400: "invalid",
    401: "sign-in",
    403: "permission",
    404: "not-found",
    405: "invalid",
    408: "transient",
    409: "conflict",
    410: "not-found",
    412: "conflict",
    413: "invalid",
    422: "invalid",
    423: "conflict",
    429: "throttled",
    500: "transient",
    502: "transient",
    503: "transient",
    504: "transient",
}

_BY_ERROR: tuple[tuple[type[AzlinError], str], ...] = (
    (SignInNeeded, "sign-in"),
    (TimedOut, "timeout"),
    (CloudUnreachable, "unreachable"),
    (NotFound, "not-found"),
    (PermissionRefused, "permission"),
    (BudgetExceeded, "permission"),
    (SchemaRefused, "invalid"),
    (UsageRefused, "invalid"),
)


def retriable(refused: AzlinError) -> bool:
    """Whether the same call may succeed if it is made again, and making it again can do no harm.

    A lost answer is tried again only if the call is repeatable; a passed deadline never (Azure may still be at it,
    which resuming asks about).
    """
    if isinstance(refused, AnswerLost):
        return refused.repeatable
    if isinstance(refused, CloudUnreachable):
        return True
    if not isinstance(refused, AzureRefused):
        return False
    kind = kind_of(refused)
    return kind in ("throttled", "transient") or refused.code.casefold() in PASSING_CONFLICTS


def kind_of(error: AzlinError) -> str:
    """The class of a failure: throttled, transient, conflict, not-found, quota, sku, permission, invalid, policy,
    sign-in, timeout, unreachable; unknown when nothing says which."""
    if isinstance(error, AzureRefused):
        return _kind_of_refusal(error)
    return next((kind for known, kind in _BY_ERROR if isinstance(error, known)), "unknown")


def failure_of(error: AzlinError) -> Failure:
    """An error as a value that can be filed: Azure's own code and words where Azure spoke, else ours."""
    if isinstance(error, AzureRefused):
        return Failure(
            type=kind_of(error),
            code=error.code,
            message=error.message,
            status=error.status,
            hint=error.fix,
            links=(error.link,),
        )
    return Failure(
        type=kind_of(error), code=error.ref, message=error.what, hint=error.fix or error.why, links=(error.link,)
    )


def _kind_of_refusal(refused: AzureRefused) -> str:
    """The status decides for throttling, because some services say 429 with a code of their own; else the code does.

    Compute says `OperationNotAllowed` also when a quota is exceeded; only its words tell.
    """
    if refused.status == 429:
        return "throttled"
    code = refused.code.casefold()
    if code in ("operationnotallowed", "badrequest", "conflict") and "quota" in refused.message.casefold():
        return "quota"
    if code in KINDS:
        return KINDS[code]
    return _BY_STATUS.get(refused.status or 0, "unknown")
