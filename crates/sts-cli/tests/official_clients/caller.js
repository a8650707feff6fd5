// Calls GetCallerIdentity with the credentials of the environment until they changed often enough.
//
// Its argument and its output are JSON objects.

const { ClientBuilder } = require("@huaweicloud/huaweicloud-sdk-core/ClientBuilder");

const setup = JSON.parse(process.argv[2]);
const pause = () => new Promise((resolve) => setTimeout(resolve, 500));

async function main() {
  const client = new ClientBuilder((client) => client).withEndpoint(setup.url).build();
  const keys = [];
  const callers = [];
  for (let attempt = 0; attempt < 120; attempt++) {
    const request = { url: "/v5/caller-identity", method: "GET", headers: {}, pathParams: {}, queryParams: {} };
    callers.push((await client.sendRequest(request)).principal_urn);
    keys.push(client.credential.getAk());
    if (new Set(keys).size >= setup.keys) break;
    await pause();
  }
  process.stdout.write(JSON.stringify({ keys, callers }) + "\n");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
