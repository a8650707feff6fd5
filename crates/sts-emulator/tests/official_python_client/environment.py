"""Calls an emulator with the default credential chain of the official client.

The URL of the emulator is its argument. The configuration is in the variables of the environment and in
the files that they name, as in a program that sets no credentials. If they configured nothing, the chain
would send a request to the metadata service.
"""

import json
import os
import sys

from huaweicloudsdkcore.auth.credentials import GlobalCredentials
from huaweicloudsdkcore.auth.provider import CredentialProviderChain
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdksts.v1 import GetCallerIdentityRequest, StsClient


def caller(credentials=None):
    """Without `with_credentials`, the builder uses its default chain."""
    config = HttpConfig.get_default_config()
    config.timeout = 10
    builder = StsClient.new_builder().with_http_config(config).with_endpoint(sys.argv[1])
    if credentials is not None:
        builder = builder.with_credentials(credentials)
    return builder.build().get_caller_identity(GetCallerIdentityRequest()).principal_urn


def of_global_services():
    """Federation obtains the credentials at the first request."""
    credentials = CredentialProviderChain.get_global().get_credentials()
    accessor = getattr(credentials, "sts_accessor", None)
    return [type(credentials) is GlobalCredentials, type(accessor).__name__]


# The chain of the builder searches the profile for the section [basiccredentials].
is_profile = "HUAWEICLOUD_SDK_CREDENTIALS_FILE" in os.environ
outcome = {
    "chain": caller(CredentialProviderChain.get_basic().get_credentials()),
    "builder": None if is_profile else caller(),
    "of_global_services": of_global_services(),
}
print(json.dumps(outcome))
