"""Reads the credentials of botocore until they changed often enough.

Its argument and its output are JSON objects.
"""

import json
import sys
import time

import botocore.session

setup = json.loads(sys.argv[1])
credentials = botocore.session.get_session().get_credentials()
keys = []
for _ in range(120):
    keys.append(credentials.get_frozen_credentials().access_key)
    if len(set(keys)) >= setup["keys"]:
        break
    time.sleep(0.5)

print(json.dumps({"keys": keys, "method": credentials.method}))
