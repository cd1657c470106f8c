// A typed client from schema.graphql: graphql-codegen makes the types, `tsc --strict` compiles.
//
//   SCHEMA=../../schema.graphql node codegen.mjs

import { program, run } from "./say.mjs";

async function typesAreGenerated() {
  await program("graphql-codegen", "--config", "codegen/codegen.ts");
}

async function theTypedClientCompiles() {
  await program("tsc", "--project", "codegen/tsconfig.json");
}

await run(typesAreGenerated, theTypedClientCompiles);
