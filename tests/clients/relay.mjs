// relay-compiler on a few fragments, and the queries it writes against the server.
//
//   SCHEMA=../../schema.graphql node relay.mjs http://127.0.0.1:8000

import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { check, endpoint, program, run } from "./say.mjs";

const generated = "relay/generated";

async function relayCompiles() {
  await rm(generated, { recursive: true, force: true });
  await mkdir(generated);
  // The compiler reads no file above its own folder, and wants the list of queries to be there.
  await copyFile(process.env.SCHEMA, "relay/schema.graphql");
  await writeFile(`${generated}/queries.json`, "{}");
  await program("relay-compiler", "relay.config.json");
}

async function ask(query, variables) {
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  check(!errors, `${JSON.stringify(errors)} for ${query}`);
  return data;
}

/** Relay's own queries, with the `__typename` and `id` that it adds, page through a connection. */
async function whatRelayWritesRuns() {
  const queries = Object.values(JSON.parse(await readFile(`${generated}/queries.json`, "utf8")));
  const named = name => {
    const found = queries.find(text => text.includes(` ${name}(`));
    check(found, `relay-compiler wrote no ${name} among ${queries.length}`);
    return found;
  };
  const { artists, playlists } = await ask(`{
    artists(first: 1, filter: { name: { eq: "radiohead" } }) { nodes { id } }
    playlists(first: 1) { nodes { id } }
  }`);
  const artist = artists.nodes[0].id;
  const page = await ask(named("componentsPageQuery"), { artist, playlist: playlists.nodes[0].id });
  check(page.artist.albums.edges.length > 0, `an artist without albums: ${JSON.stringify(page.artist)}`);
  check(page.playlist.items.edges.length > 0, `a playlist without entries: ${JSON.stringify(page.playlist)}`);
  const all = page.artist.albums.edges.map(edge => edge.node.id);
  const seen = [];
  let cursor = null;
  do {
    const { node } = await ask(named("componentsAlbumsPageQuery"), { id: artist, count: 1, cursor });
    check(node.id === artist, "node(id:) gives another object");
    seen.push(...node.albums.edges.map(edge => edge.node.id));
    cursor = node.albums.pageInfo.hasNextPage ? node.albums.pageInfo.endCursor : null;
  } while (cursor && seen.length < 100);
  check(
    JSON.stringify(seen.slice(0, all.length)) === JSON.stringify(all),
    `page by page ${seen} is not the list at once ${all}`,
  );
  check((await readdir(generated)).includes("components_albums.graphql.ts"), "no types were generated");
}

await run(relayCompiles, whatRelayWritesRuns);
