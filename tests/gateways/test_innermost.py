from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.gateways.innermost import Said, errors_in, said_in

WORDS = "Operation could not be completed as it results in exceeding approved Total Regional Cores quota."
ERROR = {"code": "QuotaExceeded", "message": WORDS}


def nested(depth: int) -> dict[str, Any]:
    """A deployment in a deployment, each carrying the next as the text of a message."""
    body: dict[str, Any] = {"error": ERROR}
    for _ in range(depth):
        inside = {"code": "Conflict", "message": json.dumps(body, indent=2).replace("\n", "\r\n")}
        body = {"status": "Failed", "error": {"code": "ResourceDeploymentFailure", "message": "x", "details": [inside]}}
    return body


SHAPES: dict[str, str] = {
    "arm": json.dumps({"error": ERROR}),
    "arm without an envelope": json.dumps(ERROR),
    "details": json.dumps({"error": {"code": "DeploymentFailed", "message": "see", "details": [ERROR]}}),
    "inner error": json.dumps({"error": {"code": "BadRequest", "message": "see", "innererror": ERROR}}),
    "json in a message": json.dumps(nested(1)),
    "json in a message in a message": json.dumps(nested(3)),
    "a deployment's operation": json.dumps({"properties": {"statusMessage": {"error": ERROR}}}),
    "a deployment's operation as text": json.dumps({"properties": {"statusMessage": json.dumps({"error": ERROR})}}),
    "az": f"ERROR: (QuotaExceeded) {WORDS}\nCode: QuotaExceeded\nMessage: {WORDS}\n",
    "az with details": "ERROR: (DeploymentFailed) At least one resource deployment operation failed.\n"
    "Code: DeploymentFailed\nMessage: At least one resource deployment operation failed.\n"
    f"Exception Details:\t(QuotaExceeded) {WORDS}\n\tCode: QuotaExceeded\n\tMessage: {WORDS}\n",
    "az's pair": f"ERROR: Code: QuotaExceeded\nMessage: {WORDS}\n",
    "az rest": f"ERROR: Conflict({json.dumps({'error': ERROR})})",
    "az deployment": "ERROR: Deployment failed. Correlation ID: 5f5. " + json.dumps({"error": ERROR}, indent=2),
    "az's update": f"ERROR: QuotaExceeded: {WORDS}",
    "msrest": f"msrestazure.azure_exceptions.CloudError: Azure Error: QuotaExceeded\nMessage: {WORDS}",
    "msrest's status": f"Operation failed with status: 'Quota Exceeded'. Details: {WORDS}",
    "python": "Traceback (most recent call last):\n  File \"x.py\", line 3, in <module>\n"
    f"azure.core.exceptions.ResourceExistsError: (QuotaExceeded) {WORDS}\nCode: QuotaExceeded\nMessage: {WORDS}",
    "python's repr": repr({"error": ERROR}),
    "azurerm": 'Error: creating Windows Virtual Machine (Subscription: "0"\nVirtual Machine Name: "vm1"): performing '
    f"CreateOrUpdate: unexpected status 409 (409 Conflict) with error: QuotaExceeded: {WORDS}\n\n"
    '  with azurerm_windows_virtual_machine.main,\n  on main.tf line 3, in resource "x" "y":\n   3: resource',
    "azurerm in a box": "╷\n│ Error: creating X: unexpected status 409 (409 Conflict) with error: QuotaExceeded: "
    f"{WORDS}\n│ \n│   with azurerm_x.y,\n│   on main.tf line 3\n╵",
    "azurerm with an answer": f"unexpected status 409 (409 Conflict) with response: {json.dumps(ERROR)}",
    "azurerm's poll": "polling after CreateOrUpdate: polling failed: the Azure API returned the following error:\n\n"
    f'Status: "QuotaExceeded"\nCode: ""\nMessage: "{WORDS}"\nActivity Id: ""\n',
    "azurerm's poll with an answer": "polling failed: the Azure API returned the following error:\n\n"
    f'Status: "Failed"\nCode: "Conflict"\nMessage: "see"\n\n---\n\nAPI Response:\n\n----[start]----\n'
    f"{json.dumps({'status': 'Failed', 'error': ERROR})}\n-----[end]-----",
    "azapi": "creating/updating Resource: PUT https://management.azure.com/x\n" + "-" * 80 + "\nRESPONSE 409: "
    f"409 Conflict\nERROR CODE: QuotaExceeded\n{'-' * 80}\n{json.dumps({'error': ERROR}, indent=2)}\n{'-' * 80}",
    "go autorest": "compute.VirtualMachinesClient#CreateOrUpdate: Failure sending request: StatusCode=409 -- Original "
    f'Error: autorest/azure: Service returned an error. Status=409 Code="QuotaExceeded" Message="{WORDS}" Details=[]',
    "go autorest, escaped": f'level=error msg="Status=409 Code=\\"QuotaExceeded\\" Message=\\"{WORDS}\\""',
    ".net": f"Azure.RequestFailedException: {WORDS}\nStatus: 409 (Conflict)\nErrorCode: QuotaExceeded\n\nContent:\n"
    f"{json.dumps({'error': ERROR})}\n\nHeaders:\nDate: Mon",
    "java": "com.azure.core.management.exception.ManagementException: Status code 409, "
    f'"{json.dumps({"error": ERROR})}": {WORDS}',
    "javascript": "RestError: " + WORDS + "\n " + json.dumps({"name": "RestError", "statusCode": 409, **ERROR}),
    "mcp": json.dumps({
        "status": 409,
        "message": f"Service request failed.\nStatus: 409 (Conflict)\n\nContent:\n{json.dumps({'error': ERROR})}",
        "results": {"message": "Service request failed.", "type": "RequestFailedException"},
        "duration": 0,
    }),
    "xml": f"<?xml version='1.0'?><Error><Code>QuotaExceeded</Code><Message>{WORDS}</Message></Error>",
    "xml of tables": f"<m:error xmlns:m='x'><m:code>QuotaExceeded</m:code><m:message>{WORDS}</m:message></m:error>",
    "colours": f"\x1b[31mERROR: (QuotaExceeded) {WORDS}\x1b[0m",
}  # fmt: skip


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())
def test_azures_error_is_found_whoever_carries_it(text: str):
    said = errors_in(text)[0]
    assert said.code == "QuotaExceeded"
    assert WORDS in said.message
    assert "main.tf" not in said.message


@pytest.mark.parametrize(
    "name", ["azurerm", "azurerm with an answer", "azapi", "go autorest", ".net", "java", "javascript", "mcp"]
)
def test_the_status_is_found_where_it_is_told(name: str):
    assert errors_in(SHAPES[name])[0].status == 409


def test_what_the_caller_knows_is_kept_when_the_text_says_no_more():
    assert errors_in(WORDS, "QuotaExceeded", 409) == [Said("QuotaExceeded", WORDS, 409)]
    assert errors_in("", "QuotaExceeded", 409) == [Said("QuotaExceeded", "", 409)]


def test_a_code_of_the_outside_gives_way_to_the_one_inside():
    assert errors_in(json.dumps({"error": ERROR}), "DeploymentFailed", 409) == [Said("QuotaExceeded", WORDS, 409)]


def test_every_failed_resource_of_a_deployment_is_told():
    details = [
        {"code": "Conflict", "message": json.dumps({"error": {"code": "A", "message": "a"}})},
        {"code": "BadRequest", "message": json.dumps({"error": {"code": "B", "message": "b"}})},
    ]
    body = {"error": {"code": "DeploymentFailed", "message": "see", "details": details}}
    assert [one.code for one in errors_in(json.dumps(body))] == ["A", "B"]
    assert said_in(body) == ("A", "a")


def test_every_diagnostic_of_terraform_is_told():
    text = (
        "╷\n│ Error: creating A: unexpected status 429 (429 Too Many Requests) with error: TooManyRequests: slow\n│ \n"
        "│   with azurerm_a.a,\n│   on main.tf line 1\n╵\n╷\n│ Error: creating B: PUT https://x\n│ RESPONSE 409: 409 "
        'Conflict\n│ ERROR CODE: Conflict\n│ {"error": {"code": "Conflict", "message": "no"}}\n╵\n'
    )
    assert [(one.code, one.status) for one in errors_in(text)] == [("TooManyRequests", 429), ("Conflict", 409)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("AADSTS700082: The refresh token has expired due to inactivity.", "AADSTS700082"),
        ('{"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret."}', "AADSTS7000215"),
        ('{"error": "access_denied", "error_description": "no"}', "access_denied"),
        (
            json.dumps(
                {"error": {"code": "Request_X", "message": "m", "innerError": {"request-id": "1", "date": "d"}}}
            ),
            "Request_X",
        ),
        ('{"odata.error": {"code": "Request_X", "message": {"lang": "en", "value": "m"}}}', "Request_X"),
    ],
)
def test_entra_and_graph_are_read(text: str, code: str):
    assert errors_in(text)[0].code == code


def test_the_page_of_a_gateway_says_its_status():
    page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    said = errors_in(page)[0]
    assert (said.code, said.status) == ("", 502)
    assert "<" not in said.message


@pytest.mark.parametrize(
    "text",
    [
        "KeyError: 'securityRules'",
        "nothing that anybody would call an error",
        "{not json at all",
        'Resource \'x\' was disallowed by policy. Policy identifiers: \'[{"policyAssignment": {"name": "p"}}]\'.',
        "Disk with size 30GB, which is smaller than the size 500 GB of the image, is not allowed.",
    ],
)
def test_plain_words_stay_as_they_are(text: str):
    assert errors_in(text, "SomeCode", 400) == [Said("SomeCode", text, 400)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "code", "message", "details", "status", "results"]), inside, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200) | JSON.map(json.dumps), st.text(max_size=10))
def test_whatever_it_is_handed_it_says_something_and_never_fails(text: str, code: str):
    assert errors_in(text, code)


def test_a_long_log_is_read_in_time():
    assert errors_in("{" * 50_000 + " is being created" * 2_000)
