"""Calls GetCallerIdentity with the credentials of the environment until they changed often enough.

Its argument and its output are JSON objects.
"""

import json
import os
import sys
import time

from huaweicloudsdkcore.region.region import Region
from huaweicloudsdksts.v1 import GetCallerIdentityRequest, StsClient

setup = json.loads(sys.argv[1])
client = StsClient.new_builder().with_endpoint(setup["url"]).build()
keys, callers = [], []
for _ in range(120):
    callers.append(client.get_caller_identity(GetCallerIdentityRequest()).principal_urn)
    keys.append(client.get_credentials().ak)
    if len(set(keys)) >= setup["keys"]:
        break
    time.sleep(0.5)

project = None
if "HUAWEICLOUD_OIDC_TOKEN_FILE" not in os.environ:
    # Without the variable, the client looks the project up.
    del os.environ["HUAWEICLOUD_SDK_PROJECT_ID"]
    region = Region("cn-north-4", setup["url"])
    project = StsClient.new_builder().with_region(region).build().get_credentials().project_id

print(json.dumps({"keys": keys, "callers": callers, "project": project}))
