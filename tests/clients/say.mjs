// What the scripts share: the server's address, and how a fault is told.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** The GraphQL endpoint of the server named on the command line. */
export const endpoint = new URL("/graphql", process.argv[2] ?? "http://127.0.0.1:8000").href;

/** The same for sockets. */
export const socketEndpoint = endpoint.replace(/^http/, "ws");

/** Fails with a sentence unless it is true. */
export function check(isTrue, sentence) {
  if (!isTrue) throw new Error(sentence);
}

/** The value, or a failure when it takes longer than 20 s. */
export async function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing came within 20 s`)), 20_000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a program of node_modules; what it says becomes the fault when it fails. */
export async function program(name, ...args) {
  try {
    await promisify(execFile)(`node_modules/.bin/${name}`, args, { timeout: 50_000 });
  } catch (error) {
    throw new Error([`${name} failed`, error.stdout, error.stderr].filter(Boolean).join("\n"));
  }
}

/** Runs a script's steps: 0 when all is well, otherwise 1 and a sentence. */
export async function run(...steps) {
  for (const step of steps) {
    try {
      await step();
      console.log(`ok: ${step.name}`);
    } catch (error) {
      console.error(`${step.name}: ${error.message}`);
      process.exitCode = 1;
    }
  }
  // Sockets that a failed step left open would keep the process.
  process.exit();
}
