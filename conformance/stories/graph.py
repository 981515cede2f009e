"""msgraph-sdk: users, groups and applications, and signing in as what was made."""
# pyright: basic, reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

import os

from azure.identity import ClientSecretCredential
from msgraph import GraphServiceClient
from msgraph.generated.applications.item.add_password.add_password_post_request_body import AddPasswordPostRequestBody
from msgraph.generated.models.application import Application
from msgraph.generated.models.group import Group
from msgraph.generated.models.password_credential import PasswordCredential
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.service_principal import ServicePrincipal
from msgraph.generated.models.user import User
from msgraph.generated.users.users_request_builder import UsersRequestBuilder

from conformance.stories.steps import Steps

CLIENT = "msgraph-sdk"


async def tell(step: Steps) -> None:
    tenant = os.environ["AZURE_TENANT_ID"]
    credential = ClientSecretCredential(tenant, os.environ["AZURE_CLIENT_ID"], os.environ["AZURE_CLIENT_SECRET"])
    client = GraphServiceClient(credential, ["https://graph.microsoft.com/.default"])
    organization = await step.wait("the organization", client.organization.get, lambda one: one.value[0].id == tenant)
    domain = organization.value[0].verified_domains[0].name if organization else ""
    user = await step.wait(
        "create a user",
        lambda: client.users.post(
            User(
                account_enabled=True,
                display_name="Ada",
                mail_nickname="ada",
                user_principal_name=f"ada@{domain}",
                password_profile=PasswordProfile(password="a long Passw0rd!", force_change_password_next_sign_in=False),
            )
        ),
        lambda one: one.id and one.user_principal_name == f"ada@{domain}",
    )
    parameters = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
        filter="startswith(displayName,'Ad')", select=["id", "displayName"], top=5
    )
    asked = UsersRequestBuilder.UsersRequestBuilderGetRequestConfiguration(query_parameters=parameters)
    await step.wait(
        "find users",
        lambda: client.users.get(request_configuration=asked),
        lambda one: [found.display_name for found in one.value] == ["Ada"],
    )
    group = await step.wait(
        "create a group",
        lambda: client.groups.post(
            Group(display_name="Readers", mail_enabled=False, mail_nickname="readers", security_enabled=True)
        ),
    )
    member = ReferenceCreate(odata_id=f"https://graph.microsoft.com/v1.0/directoryObjects/{user.id if user else ''}")
    await step.wait("add a member", lambda: client.groups.by_group_id(group.id).members.ref.post(member))
    await step.wait(
        "list members",
        client.groups.by_group_id(group.id).members.get,
        lambda one: [found.id for found in one.value] == [user.id],
    )
    application = await step.wait(
        "create an application",
        lambda: client.applications.post(Application(display_name="robot")),
        lambda one: one.app_id,
    )
    principal = await step.wait(
        "create its service principal",
        lambda: client.service_principals.post(ServicePrincipal(app_id=application.app_id)),
        lambda one: one.app_id == application.app_id,
    )
    password = await step.wait(
        "add a password",
        lambda: client.applications.by_application_id(application.id).add_password.post(
            AddPasswordPostRequestBody(password_credential=PasswordCredential(display_name="first"))
        ),
        lambda one: one.secret_text,
    )
    step(
        "sign in with it",
        lambda: ClientSecretCredential(tenant, application.app_id, password.secret_text).get_token(
            "https://management.azure.com/.default"
        ),
        lambda token: token.expires_on > 0,
    )
    await step.wait(
        "delete the service principal",
        lambda: client.service_principals.by_service_principal_id(principal.id).delete(),
    )
    await step.wait("delete the application", lambda: client.applications.by_application_id(application.id).delete())
    await step.wait("delete the group", lambda: client.groups.by_group_id(group.id).delete())
    await step.wait("delete the user", lambda: client.users.by_user_id(user.id).delete())
