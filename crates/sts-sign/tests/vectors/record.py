"""Records how the official Python SDK signs with the rarer algorithms.

    python -m venv venv && venv/bin/pip install huaweicloudsdkcore==3.1.219
    venv/bin/python record.py

It takes requests from signing-sdk-hmac-sha256.json and signs them again. SDK-ECDSA-P256-SHA256 and
SDK-SM2-SM3 draw random nonces in that SDK: their Authorization differs with every run, and is to be
verified rather than compared.
"""

import base64
import json
import pathlib

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import P256SHA256Signer, SM2SM3Signer, SM3Signer

HERE = pathlib.Path(__file__).parent
COUNT = 30


def recorded(signer_class, vector):
    """The vector with what `signer_class` makes of its request."""
    seen = {}

    class Recorder(signer_class):
        def _process_canonical_request(self, *args):
            seen["canonical_request"] = super()._process_canonical_request(*args)
            return seen["canonical_request"]

        def _process_string_to_sign(self, *args):
            seen["string_to_sign"] = super()._process_string_to_sign(*args)
            return seen["string_to_sign"]

        def _process_signed_headers(self, *args):
            seen["signed_headers"] = super()._process_signed_headers(*args)
            return seen["signed_headers"]

    if vector.get("body_repeat"):
        letter, count = vector["body_repeat"]
        body = (letter * count).encode()
    else:
        body = base64.b64decode(vector["body_base64"])
    request = SdkRequest(
        method=vector["method"],
        schema="https",
        host=vector["host"],
        resource_path=vector["path"],
        query_params=[tuple(pair) for pair in vector["query"]],
        header_params=dict(map(tuple, vector["headers"]), **{"X-Sdk-Date": vector["date"]}),
        body=body,
    )
    keys = BasicCredentials(vector["access_key_id"], vector["secret_access_key"], "project")
    signer = Recorder(keys)
    signer.sign(request)
    seen["authorization"] = request.header_params["Authorization"]
    seen["request_target"] = request.uri
    request_of = {k: v for k, v in vector.items() if k not in ("expect", "body_sha256")}
    return request_of | {"algorithm": signer._ALGORITHM, "expect": seen}


def main():
    source = json.loads((HERE / "signing-sdk-hmac-sha256.json").read_text())
    for name, signer_class in {
        "signing-sdk-hmac-sm3": SM3Signer,
        "signing-sdk-ecdsa-p256-sha256": P256SHA256Signer,
        "signing-sdk-sm2-sm3": SM2SM3Signer,
    }.items():
        vectors = [recorded(signer_class, vector) for vector in source["vectors"][:COUNT]]
        file = {"note": source["note"], "count": len(vectors), "vectors": vectors}
        text = json.dumps(file, indent=1, ensure_ascii=False) + "\n"
        (HERE / f"{name}.json").write_text(text)


if __name__ == "__main__":
    main()
