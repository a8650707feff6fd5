// Signs with the official signer, calls an emulator, and prints what came of it as one JSON object.
//
// Its argument is a JSON object: where the emulator is, keys, and an agency. The client of the
// package is left alone: it needs a package that it does not list among its dependencies.

const http = require("node:http");
const { AKSKSigner } = require("@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner");
const { BasicCredentials } = require("@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials");

const setup = JSON.parse(process.argv[2]);

function call(keys, method, path, data) {
  const credentials = new BasicCredentials().withAk(keys.access_key_id).withSk(keys.secret_access_key);
  const headers = {};
  if (data) headers["content-type"] = "application/json";
  if (keys.security_token) headers["X-Security-Token"] = keys.security_token;
  const endpoint = setup.url + path;
  const signed = AKSKSigner.sign({ endpoint, method, headers, queryParams: {}, data }, credentials);
  return new Promise((resolve, reject) => {
    const request = http.request(endpoint, { method, headers: signed }, (answer) => {
      let text = "";
      answer.on("data", (piece) => (text += piece));
      answer.on("end", () => resolve({ status: answer.statusCode, ...JSON.parse(text) }));
    });
    request.on("error", reject);
    request.end(data ? JSON.stringify(data) : undefined);
  });
}

const caller = (keys) => call(keys, "GET", "/v5/caller-identity");

async function main() {
  const user = setup.user;
  const assumed = await call(user, "POST", "/v5/agencies/assume", {
    agency_urn: setup.agency,
    agency_session_name: "build-42",
    tags: [{ key: "team", value: "größe <&> \u2028 ✓" }],
  });
  const outcome = {
    home: require("os").homedir(),
    user: await caller(user),
    session: await caller(assumed.credentials),
    wrong_secret: await caller({ ...user, secret_access_key: "another-secret" }),
  };
  console.log(JSON.stringify(outcome));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
