"""Calls classic IAM and Identity Center of an emulator with the official clients.

Its argument and its output are JSON objects, as those of calls.py.
"""

import json
import sys
import urllib.parse
import urllib.request

from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkiam.v3 import (
    AgencyAuth,
    AgencyAuthIdentity,
    CreateTemporaryAccessKeyByAgencyRequest,
    CreateTemporaryAccessKeyByAgencyRequestBody,
    IamClient,
    IdentityAssumerole,
    KeystoneListProjectsRequest,
)
from huaweicloudsdkidentitycenteroidc import v1 as oidc
from huaweicloudsdkidentitycenteroidc.v1.identitycenteroidc_credentials import (
    IdentityCenterOIDCCredentials,
)
from huaweicloudsdkidentitycenterportalapi import v1 as portal
from huaweicloudsdkidentitycenterportalapi.v1.identitycenterportalapi_credentials import (
    IdentityCenterPortalAPICredentials,
)
from huaweicloudsdksts.v1 import GetCallerIdentityRequest, StsClient

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


def client(kind, credentials, looks_up=False):
    config = HttpConfig.get_default_config()
    config.timeout = 10
    builder = kind.new_builder().with_http_config(config)
    builder = builder.with_credentials(credentials)
    # For a region the client looks up the id of the account or of the project.
    builder = builder.with_region(Region("cn-north-4", url)) if looks_up else builder.with_endpoint(url)
    return builder.build()


def caller(credentials):
    return client(StsClient, credentials).get_caller_identity(GetCallerIdentityRequest()).principal_urn


def caller_with(access, secret, token):
    return caller(BasicCredentials(access, secret, "x").with_security_token(token))


def refusal(call, *arguments):
    try:
        call(*arguments)
    except ServiceResponseException as error:
        return {"status": error.status_code, "code": error.error_code, "message": error.error_msg}
    return None


def federated(idp_id):
    credentials = BasicCredentials().with_project_id("x").with_iam_endpoint(url)
    return credentials.with_idp_id(idp_id).with_id_token_file(setup["id_token_file"])


def user():
    keys = GlobalCredentials(setup["access_key_id"], setup["secret"])
    return client(IamClient, keys.with_iam_endpoint(url), looks_up=True)


def looked_up_project():
    keys = BasicCredentials(setup["access_key_id"], setup["secret"]).with_iam_endpoint(url)
    client(StsClient, keys, looks_up=True)
    return keys.project_id


def by_agency(name):
    role = IdentityAssumerole(agency_name=name, domain_name=setup["account_name"])
    identity = AgencyAuthIdentity(methods=["assume_role"], assume_role=role)
    body = CreateTemporaryAccessKeyByAgencyRequestBody(auth=AgencyAuth(identity=identity))
    request = CreateTemporaryAccessKeyByAgencyRequest(body=body)
    return user().create_temporary_access_key_by_agency(request).credential


def approve(authorization):
    """Sends the form of the page."""
    form = {"user_code": authorization.user_code, "user": setup["user"], "decision": "approve"}
    data = urllib.parse.urlencode(form).encode()
    urllib.request.urlopen(authorization.verification_uri, data=data, timeout=10).close()


def sign_in():
    center = client(oidc.IdentityCenterOIDCClient, IdentityCenterOIDCCredentials())
    body = oidc.RegisterClientReqBody(
        client_name="tests",
        client_type="public",
        token_endpoint_auth_method="client_secret_post",
        scopes=["openid"],
        grant_types=[DEVICE_CODE],
        response_types=["code"],
    )
    info = center.register_client(oidc.RegisterClientRequest(body=body)).client_info
    keys = {"client_id": info.client_id, "client_secret": info.client_secret}
    body = oidc.StartDeviceAuthorizationReqBody(start_url="https://portal.example/x", **keys)
    request = oidc.StartDeviceAuthorizationRequest(body=body)
    authorization = center.start_device_authorization(request)
    body = oidc.CreateTokenReqBody(
        grant_type=DEVICE_CODE, device_code=authorization.device_code, **keys
    )
    request = oidc.CreateTokenRequest(body=body)
    pending = refusal(center.create_token, request)
    approve(authorization)
    return pending, center.create_token(request).token_info.access_token


def portal_credentials(token):
    center = client(portal.IdentityCenterPortalAPIClient, IdentityCenterPortalAPICredentials())
    accounts = center.list_accounts(portal.ListAccountsRequest(access_token=token))
    account = accounts.account_list[0].account_id
    request = portal.ListAccountAgenciesRequest(access_token=token, account_id=account)
    agency = center.list_account_agencies(request).agency_list[0].agency_urn
    request = portal.GetAgencyCredentialsRequest(
        access_token=token, target_account_id=account, agency_urn=agency
    )
    keys = center.get_agency_credentials(request).agency_credentials
    center.logout(portal.LogoutRequest(access_token=token))
    return keys, refusal(center.get_agency_credentials, request)


setup = json.loads(sys.argv[1])
url = setup["url"]
agency_keys = by_agency("demo")
projects = user().keystone_list_projects(KeystoneListProjectsRequest(name="cn-north-4")).projects
pending, access_token = sign_in()
portal_keys, after_logout = portal_credentials(access_token)

print(
    json.dumps(
        {
            "federated": caller(federated("emulator")),
            "unknown_provider": refusal(caller, federated("nowhere")),
            "agency": caller_with(agency_keys.access, agency_keys.secret, agency_keys.securitytoken),
            "forbidden": refusal(by_agency, "forbidden"),
            "projects": [project.id for project in projects],
            "looked_up": looked_up_project(),
            "pending": pending,
            "portal": caller_with(
                portal_keys.access_key_id, portal_keys.secret_access_key, portal_keys.session_token
            ),
            "after_logout": after_logout,
        }
    )
)
