from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.agentic.failure_analyzer import classify
from azlin.agentic.failures.catalogue import AZURES_CLASSES, RETRIED

TOLD = [
    # throttled
    ("SubscriptionRequestsThrottled", "Number of requests for subscription 'x' exceeded the limit.", 429, "throttled"),
    ("OperationNotAllowed", "Too many requests have been received for this subscription.", 429, "throttled"),
    ("", "slow down", 429, "throttled"),
    ("NewServiceThrottled", "no", None, "throttled"),
    # transient
    ("InternalServerError", "no", 500, "transient"),
    ("", "<html><title>503 Service Unavailable</title></html>", None, "transient"),
    ("Whatever", "An unexpected error occurred. Please try again later.", None, "transient"),
    ("AllocationFailed", "The VM allocation failed due to an internal error.", None, "transient"),
    ("NewServiceTimeout", "no", None, "transient"),
    # waiting
    ("AnotherOperationInProgress", "Another operation on this is in progress.", 429, "wait_for_state"),
    ("Conflict", "Cannot modify this site because another operation is in progress.", 409, "wait_for_state"),
    ("BadRequest", "The server 'x' is being updated.", 400, "wait_for_state"),
    ("OperationNotAllowed", "The cluster is in 'Stopping' state.", 409, "wait_for_state"),
    ("NewThingNotReady", "no", None, "wait_for_state"),
    ("CanceledAndSupersededDueToAnotherOperation", "no", 409, "wait_for_state"),
    ("PreconditionFailed", "There is already an operation in progress here.", 412, "wait_for_state"),
    # capacity
    ("ZonalAllocationFailed", "We do not have sufficient capacity in zone 1.", 409, "capacity"),
    ("ServiceUnavailable", "We are currently experiencing high demand in this region.", 503, "capacity"),
    # optimistic concurrency
    ("PreconditionFailed", "The record set has been modified (etag mismatch).", 412, "optimistic_concurrency"),
    ("Conflict", "The object has been changed since it was read.", 409, "optimistic_concurrency"),
    # change
    ("InvalidParameter", "The value of parameter 'x' is invalid.", 400, "needs_change"),
    ("OperationNotAllowed", "Operation 'x' is not allowed on VM 'v' since the VM is running.", 409, "needs_change"),
    ("Conflict", "Cannot delete the network because it is in use by two subnets.", 409, "needs_change"),
    ("SkuNotAvailable", "The requested size is currently not available in location 'x'.", 409, "needs_change"),
    ("MissingSubscriptionRegistration", "not registered to use namespace 'Microsoft.Web'", 409, "needs_change"),
    ("StorageAccountAlreadyTaken", "The storage account named x is already taken.", 409, "needs_change"),
    ("ConflictError", "A vault with the same name already exists in deleted state.", 409, "needs_change"),
    ("ResourceGroupNotFound", "Resource group 'x' could not be found.", 404, "needs_change"),
    ("BadRequest", "The policy that is named does not exist.", 400, "needs_change"),
    ("SomethingNew", "Nobody has ever seen this.", None, "needs_change"),
    # permission
    ("AuthorizationFailed", "The client 'x' does not have authorization.", 403, "needs_permission"),
    ("RequestDisallowedByPolicy", "Resource 'x' was disallowed by policy.", 403, "needs_permission"),
    ("ScopeLocked", "because following scope(s) are locked", 409, "needs_permission"),
    ("Forbidden", "The user does not have secrets get permission on key vault 'v'.", 403, "needs_permission"),
    ("InvalidAuthenticationToken", "The access token is invalid.", 401, "needs_permission"),
    ("AADSTS50076", "AADSTS50076: you must use multi-factor authentication", 400, "needs_permission"),
    ("", "no", 403, "needs_permission"),
    # quota
    ("OperationNotAllowed", "exceeding approved Total Regional Cores quota", 409, "needs_quota"),
    ("BadRequest", "The number of profiles created exceeds quota.", 400, "needs_quota"),
    ("NewThingLimitExceeded", "no", 400, "needs_quota"),
    # not found, done, wrapper, unknown
    ("ResourceNotFound", "The Resource 'x' under resource group 'y' was not found.", 404, "not_found"),
    ("NewThingNotFound", "no", 404, "not_found"),
    ("", "nothing here", 404, "not_found"),
    ("RoleAssignmentExists", "The role assignment already exists.", 409, "already_done"),
    ("Request_BadRequest", "One or more added object references already exist.", 400, "already_done"),
    ("DeploymentFailed", "At least one resource deployment operation failed.", 409, "wrapper"),
    ("InvalidTemplateDeployment", "See inner errors for details.", 400, "wrapper"),
    ("", "", None, "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "message", "status", "type_"), TOLD)
def test_the_class_is_told_by_code_words_and_status(code: str, message: str, status: int | None, type_: str):
    failure = classify(code, message, status)
    assert failure.type == type_
    assert failure.retriable == (type_ in RETRIED)
    assert failure.cause
    assert failure.action
    assert failure.hint
    assert failure.signature


def test_every_class_is_shown():
    assert {type_ for *_, type_ in TOLD} == AZURES_CLASSES


LASTS = [
    ("BadRequest", "Provide a valid password and try again.", 400),
    ("BadRequest", "The password is invalid. Please try again.", 400),
    ("BadRequest", "Moving this resource is not supported at this time.", 400),
    ("InvalidIdleTimeout", "Idle timeout must be between 4 and 30 minutes.", 400),
    ("BadRequest", "The idleTimeoutInMinutes timeout must be between 4 and 30.", 400),
    ("BadRequest", "The VM size does not have a temporary disk.", 400),
    ("InvalidThrottlingPolicy", "The throttling policy is not valid.", 400),
    ("BadRequest", "The If-Match header must be provided.", 400),
    ("Conflict", "The operation is allowed only if the VM is running.", 409),
    ("Conflict", "The private endpoint connection request is pending approval.", 409),
    ("BadRequest", "The name is starting with a digit.", 400),
    ("BadRequest", "The request was not completed because a value is wrong.", 400),
    ("BadRequest", "The resource 'x' has not been created.", 400),
    ("InternalLoadBalancerConfigurationError", "A subnet is needed.", 400),
    ("Conflict", "The subscription is not in an active state.", 409),
    ("OperationNotAllowed", "The server can be deleted only after all of its replicas were deleted.", 409),
    ("Conflict", "The account still has linked workspaces; unlink them, then try again.", 409),
    ("BadRequest", "The size Standard_D2 is not currently available in location westeurope.", 400),
    ("BadRequest", "Choose a different name and retry.", 400),
    ("Conflict", "The certificate is expired. Upload a new one and try again.", 409),
    ("BadRequest", "The scaling rule must name a metric.", 400),
    ("BadRequest", "Updating the SKU is not supported.", 400),
    ("Conflict", "Deleting a default route table is not allowed.", 409),
    ("BadRequest", "The retention of deleted backups cannot be shorter than 14 days.", 400),
    ("BadRequest", "Concurrent job count must be at most 50.", 400),
    ("Conflict", "A lock prevents the deletion.", 409),
    ("Forbidden", "The vault does not allow access from public networks.", 403),
    ("BadRequest", "Provisioning state is Failed. Delete the resource.", 400),
    ("Conflict", "The database is paused. Resume it first.", 409),
    ("BadRequest", "The rate limit policy expression is not valid.", 400),
    ("BadRequest", "An expected property 'location' is missing; please check the request.", 400),
    ("Conflict", "Another resource of that name exists in the region.", 409),
    ("Conflict", "Not here. Try again in a different location.", 409),
]
"""Messages with words in them that elsewhere mean that it will pass."""


@pytest.mark.parametrize(("code", "message", "status"), LASTS)
def test_what_somebody_has_to_change_is_not_tried_again(code: str, message: str, status: int):
    failure = classify(code, message, status)
    assert not failure.retriable, failure.type


@pytest.mark.parametrize("status", [409, "409", " 409 "])
def test_a_status_may_be_text(status: int | str):
    assert classify("Conflict", "no", status).status == 409


def test_nothing_at_all_is_unknown_and_not_tried_again():
    failure = classify(None, None, None)
    assert (failure.type, failure.code, failure.retriable) == ("unknown", "", False)
    assert classify(None, None, "many").status is None


def test_a_code_that_is_a_status_counts_as_one():
    assert classify("503", "not now", None).status == 503
    assert classify("HTTP 502", "no", None).type == "transient"


def test_the_hint_names_what_the_message_names_and_leaves_the_rest_to_whoever_shows_it():
    known = classify("MissingSubscriptionRegistration", "not registered to use namespace 'Microsoft.Web'.", 409)
    assert known.hint.endswith(": az provider register --namespace Microsoft.Web --wait")
    words = (
        "The client 'me@x.com' with object id 'o' does not have authorization to perform action 'a/write' over scope"
        " '/subscriptions/s' or the scope is invalid."
    )
    assert (
        "--assignee me@x.com --role Contributor --scope /subscriptions/s" in classify("AuthorizationFailed", words).hint
    )
    assert "{scope}" in classify("AuthorizationFailed", "no", 403).hint


def test_what_stands_in_an_address_says_nothing():
    failure = classify("Whatever", "Not taken. See https://aka.ms/quota-exceeded/throttled-retry-later", 400)
    assert failure.type == "needs_change"


def details(*inside: tuple[str, str]) -> str:
    told = [{"code": code, "message": message} for code, message in inside]
    return json.dumps({"error": {"code": "DeploymentFailed", "message": "see details", "details": told}})


def test_of_several_errors_the_one_that_lasts_is_told():
    throttled, quota = ("TooManyRequests", "slow down"), ("QuotaExceeded", "no cores")
    assert classify("", details(throttled, quota)).code == "QuotaExceeded"
    assert classify("", details(quota, throttled)).code == "QuotaExceeded"
    assert classify("", details(("DeploymentFailed", "see"), throttled)).code == "TooManyRequests"
    assert classify("", details(("RoleAssignmentExists", "there"), throttled)).code == "TooManyRequests"


def test_a_wrapper_with_something_inside_is_what_is_inside():
    failure = classify("Conflict", details(("SkuNotAvailable", "not in westeurope")), 409)
    assert (failure.type, failure.code, failure.message, failure.status) == (
        "needs_change",
        "SkuNotAvailable",
        "not in westeurope",
        409,
    )


@settings(deadline=None, max_examples=60)
@given(
    st.none() | st.text(max_size=30),
    st.none() | st.text(max_size=200),
    st.none() | st.integers(-1, 999) | st.text(max_size=5),
)
def test_whatever_it_is_handed_it_has_a_class(code: str | None, message: str | None, status: int | str | None):
    failure = classify(code, message, status)
    assert failure.type in AZURES_CLASSES
    assert failure.retriable <= (failure.type in RETRIED)
