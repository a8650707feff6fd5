"""Calls an emulator with the official client; prints what came of it as one JSON object.

Its argument is a JSON object: where the emulator is, keys, URNs, and tokens of providers.
"""

import json
import os
import sys
import urllib.request

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.signer.algorithm import SigningAlgorithm
from huaweicloudsdksts.v1 import (
    AssumeAgencyReqBody,
    AssumeAgencyRequest,
    AssumeAgencyWithOIDCReqBody,
    AssumeAgencyWithOIDCRequest,
    AssumeAgencyWithSAMLReqBody,
    AssumeAgencyWithSAMLRequest,
    DecodeAuthorizationMessageReq,
    DecodeAuthorizationMessageRequest,
    GetCallerIdentityRequest,
    StsClient,
)


def client(access_key_id, secret, token=None, algorithm=SigningAlgorithm.HMAC_SHA256):
    # With a project id the client does not ask IAM for one.
    credentials = BasicCredentials(access_key_id, secret, "x")
    if token is not None:
        credentials = credentials.with_security_token(token)
    config = HttpConfig.get_default_config()
    config.timeout = 10
    config.signing_algorithm = algorithm
    if ca_file:
        config.ssl_ca_cert = ca_file
    builder = StsClient.new_builder().with_http_config(config)
    return builder.with_credentials(credentials).with_endpoint(url).build()


def assume(sts, agency):
    body = AssumeAgencyReqBody(
        agency_urn=agency, agency_session_name="build-42", duration_seconds=1800
    )
    return sts.assume_agency(AssumeAgencyRequest(body=body))


def caller(sts):
    return sts.get_caller_identity(GetCallerIdentityRequest()).principal_urn


def refusal(call, *arguments):
    """How the service refused, or nothing when it did not."""
    try:
        call(*arguments)
    except ServiceResponseException as error:
        return {
            "status": error.status_code,
            "code": error.error_code,
            "message": error.error_msg,
            "request_id": error.request_id,
            "encoded": error.encoded_auth_msg,
        }
    return None


def inject(**fault):
    body = json.dumps(fault).encode()
    json_type = {"Content-Type": "application/json"}
    request = urllib.request.Request(control + "/_emulator/v1/faults", data=body, headers=json_type)
    urllib.request.urlopen(request, timeout=10).close()


def throttled():
    inject(fault="throttling", times=1)
    return refusal(caller, user)


def expired():
    inject(fault="expired_credentials", times=1)
    return refusal(caller_with, assume(user, agency).credentials)


def with_oidc(sts):
    body = AssumeAgencyWithOIDCReqBody(
        provider_urn=setup["oidc_provider"],
        agency_urn=agency,
        agency_session_name="build-42",
        id_token=setup["id_token"],
    )
    return sts.assume_agency_with_oidc(AssumeAgencyWithOIDCRequest(body=body))


def with_saml(sts):
    body = AssumeAgencyWithSAMLReqBody(
        provider_urn=setup["saml_provider"],
        agency_urn=agency,
        saml_assertion=setup["saml_assertion"],
    )
    return sts.assume_agency_with_saml(AssumeAgencyWithSAMLRequest(body=body))


def caller_with(keys):
    return caller(client(keys.access_key_id, keys.secret_access_key, keys.security_token))


setup = json.loads(sys.argv[1])
url, ca_file, control = setup["url"], setup["ca_file"], setup["control"]
access_key_id, secret, agency = setup["access_key_id"], setup["secret"], setup["agency"]
user = client(access_key_id, secret)
session = assume(user, agency)
oidc_session = with_oidc(user)
saml_session = with_saml(user)
forbidden = refusal(assume, user, agency.replace(":demo", ":forbidden"))
decode = DecodeAuthorizationMessageReq(encoded_message=forbidden["encoded"])
decoded = user.decode_authorization_message(DecodeAuthorizationMessageRequest(body=decode))
stranger = client(access_key_id, "another-secret")

print(
    json.dumps(
        {
            "home": os.path.expanduser("~"),
            "assumed": session.assumed_agency.urn,
            "user": caller(user),
            "session": caller_with(session.credentials),
            "oidc": [oidc_session.subject_from_id_token, caller_with(oidc_session.credentials)],
            "saml": [saml_session.subject, caller_with(saml_session.credentials)],
            "algorithms": {
                algorithm.name: caller(client(access_key_id, secret, algorithm=algorithm))
                for algorithm in SigningAlgorithm
            },
            "forbidden": forbidden,
            "reason": json.loads(decoded.decoded_message),
            "nowhere": refusal(assume, user, agency.replace(":demo", ":nowhere")),
            "wrong_secret": refusal(assume, stranger, agency),
            "throttled": throttled(),
            "expired": expired(),
        }
    )
)
