// The usual introspection query of graphql-js, in every form, tells what schema.graphql tells.
//
//   SCHEMA=../../schema.graphql node introspection.mjs http://127.0.0.1:8000

import { readFile } from "node:fs/promises";
import {
  buildClientSchema, buildSchema, findBreakingChanges, findDangerousChanges, getIntrospectionQuery, validateSchema,
} from "graphql";
import { check, endpoint, run } from "./say.mjs";

async function introspect(options) {
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: getIntrospectionQuery(options) }),
  });
  const { data, errors } = await answer.json();
  check(!errors, `${JSON.stringify(options)} is refused: ${JSON.stringify(errors)}`);
  return data;
}

const ALL = {
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
};

async function everyFormIsAnswered() {
  await introspect({});
  for (const option of Object.keys(ALL)) await introspect({ [option]: true });
}

async function itIsTheSchemaOfTheRepository() {
  const told = buildClientSchema(await introspect(ALL));
  const faults = validateSchema(told);
  check(faults.length === 0, `no valid schema: ${faults.map(fault => fault.message).join("; ")}`);
  const written = buildSchema(await readFile(process.env.SCHEMA, "utf8"));
  for (const [from, to] of [[told, written], [written, told]]) {
    // graphql-js adds its own directives to a written schema, with places that it alone knows.
    const changes = [...findBreakingChanges(from, to), ...findDangerousChanges(from, to)]
      .filter(change => !change.type.startsWith("DIRECTIVE_"));
    check(changes.length === 0, `it differs: ${changes.slice(0, 5).map(change => change.description).join("; ")}`);
  }
}

await run(everyFormIsAnswered, itIsTheSchemaOfTheRepository);
