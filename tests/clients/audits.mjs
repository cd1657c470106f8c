// The audits of graphql-http for servers (GraphQL over HTTP).
//
//   node audits.mjs http://127.0.0.1:8000 [--must]
//
// Every audit has to pass; with --must only those that the specification requires, as is right for
// the production profile, which does not answer questions about its schema.

import { serverAudits } from "graphql-http";
import { endpoint } from "./say.mjs";

const isMustOnly = process.argv.includes("--must");
const results = await Promise.all(serverAudits({ url: endpoint }).map(audit => audit.fn()));
const passed = results.filter(result => result.status === "ok");
const failed = results.filter(result => result.status !== "ok");
for (const { id, name, status, reason } of failed) {
  // "notice" is a MAY, "warn" a SHOULD, "error" a MUST.
  console.error(`${id} ${status}: ${name}: ${reason}`);
}
console.log(`${passed.length} of ${results.length} audits pass`);
const faults = isMustOnly ? failed.filter(result => result.status === "error") : failed;
process.exitCode = faults.length > 0 ? 1 : 0;
