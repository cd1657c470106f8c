// Server-Sent Events: the client of graphql-sse, in the mode of distinct connections.
//
//   node events.mjs http://127.0.0.1:8000

import { createClient } from "graphql-sse";
import { check, endpoint, run, within } from "./say.mjs";

const client = createClient({ url: endpoint, retryAttempts: 0 });

const LIVE = `subscription Live($playlistId: ID!, $afterVersion: Int) {
  playlistActivity(playlistId: $playlistId, afterVersion: $afterVersion) { version activity { summary } }
}`;

async function queriesAreAnswered() {
  const stream = client.iterate({ query: "{ tracks(first: 1) { nodes { title } } }" });
  const { value } = await within(stream.next(), "an answer");
  check(value.data.tracks.nodes.length === 1, `no track: ${JSON.stringify(value)}`);
  check((await within(stream.next(), "the end")).done, "a query has more than one answer");
}

async function changesComeOnceAndInOrder() {
  const query = `{ playlists(first: 20, orderBy: [{ field: FOLLOWERS, direction: DESC }]) { nodes { id version } } }`;
  const { value } = await within(client.iterate({ query }).next(), "the playlists");
  const { id, version } = value.data.playlists.nodes.find(playlist => playlist.version >= 4);
  for (const afterVersion of [0, 2]) {
    const stream = client.iterate({ query: LIVE, variables: { playlistId: id, afterVersion } });
    for (let next = afterVersion + 1; next <= version; next += 1) {
      const event = (await within(stream.next(), "an event")).value.data.playlistActivity;
      check(event.version === next && event.activity.summary, `not version ${next}: ${JSON.stringify(event)}`);
    }
    await stream.return();
  }
}

async function whatIsWrongIsAnAnswer() {
  const { value } = await within(client.iterate({ query: "subscription { noSuchField }" }).next(), "an answer");
  check(value.errors[0].extensions.code === "GRAPHQL_VALIDATION_FAILED", JSON.stringify(value));
}

await run(queriesAreAnswered, changesComeOnceAndInOrder, whatIsWrongIsAnAnswer);
