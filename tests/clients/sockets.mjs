// graphql-transport-ws: the client of graphql-ws, then bare sockets for every close code.
//
//   node sockets.mjs http://127.0.0.1:8000 [--live]
//
// With --live the caller has to change the playlist that the script names in a line "waiting for a
// change of <id>".

import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { check, endpoint, run, socketEndpoint, within } from "./say.mjs";

const PROTOCOL = "graphql-transport-ws";

const client = createClient({ url: socketEndpoint, webSocketImpl: WebSocket, retryAttempts: 0, lazyCloseTimeout: 5_000 });

const LIVE = `subscription Live($playlistId: ID!, $afterVersion: Int) {
  playlistActivity(playlistId: $playlistId, afterVersion: $afterVersion) {
    cursor version isReplay activity { version summary } reset { currentVersion } revoked { reason }
  }
}`;

const listen = (playlistId, afterVersion) => client.iterate({ query: LIVE, variables: { playlistId, afterVersion } });

/** The next event of a stream, which must be one without errors. */
async function next(stream) {
  const { done, value } = await within(stream.next(), "an event");
  check(!done, "the stream ended");
  check(!value.errors, `an event with errors: ${JSON.stringify(value.errors)}`);
  return value.data.playlistActivity;
}

/** A public playlist with several changes. */
async function aPlaylist() {
  const query = `{ playlists(first: 20, orderBy: [{ field: FOLLOWERS, direction: DESC }]) { nodes { id version } } }`;
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  const { data } = await answer.json();
  const found = data.playlists.nodes.find(playlist => playlist.version >= 4);
  check(found, "no public playlist has four changes");
  return found;
}

async function queriesRunOverTheSocket() {
  const stream = client.iterate({ query: "{ tracks(first: 1) { nodes { title } } }" });
  const { value } = await within(stream.next(), "an answer");
  check(value.data.tracks.nodes.length === 1, `no track: ${JSON.stringify(value)}`);
  check((await within(stream.next(), "the end")).done, "a query has more than one answer");
}

async function everyChangeComesOnceAndInOrder() {
  const { id, version } = await aPlaylist();
  const stream = listen(id, 0);
  let last = 0;
  while (last < version) {
    const event = await next(stream);
    check(event.isReplay, `version ${event.version} was there before, but is no replay`);
    check(event.reset || event.version === last + 1, `version ${event.version} follows ${last}`);
    last = event.reset ? event.reset.currentVersion : event.version;
  }
  await stream.return();
}

async function itGoesOnWhereTheClientWas() {
  const { id } = await aPlaylist();
  const begun = listen(id, 0);
  await next(begun);
  const { version } = await next(begun);
  await begun.return();
  const resumed = listen(id, version);
  const event = await next(resumed);
  check(event.version === version + 1, `after version ${version} comes ${event.version}`);
  await resumed.return();
}

async function changesComeAsTheyHappen() {
  const { id, version } = await aPlaylist();
  const stream = listen(id, version);
  // The server has taken the subscription when it answers what was asked after it.
  await queriesRunOverTheSocket();
  console.log(`waiting for a change of ${id}`);
  const event = await next(stream);
  check(!event.isReplay && event.version === version + 1, `not the change: ${JSON.stringify(event)}`);
  check(event.activity?.summary, `the event tells no activity: ${JSON.stringify(event)}`);
  await stream.return();
}

async function validationErrorsAreErrors() {
  const wrong = [
    ["subscription { noSuchField }", "GRAPHQL_VALIDATION_FAILED"],
    ["subscription {", "GRAPHQL_PARSE_FAILED"],
    ["{ tracks(first: 1) { nodes { noSuchField } } }", "GRAPHQL_VALIDATION_FAILED"],
  ];
  for (const [query, code] of wrong) {
    const errors = await within(client.iterate({ query }).next().then(() => [], errors => errors), query);
    check(Array.isArray(errors), `${query} ends the socket: ${errors}`);
    check(errors[0]?.extensions?.code === code, `${query} gives ${JSON.stringify(errors)}, not ${code}`);
  }
  await queriesRunOverTheSocket();
}

/** A bare socket, with what came over it. */
function open(protocol = PROTOCOL) {
  const socket = new WebSocket(socketEndpoint, protocol);
  const messages = [];
  const waiting = [];
  socket.on("message", text => {
    const message = JSON.parse(text);
    const wanted = waiting.findIndex(({ type }) => type === message.type);
    if (wanted < 0) messages.push(message);
    else waiting.splice(wanted, 1)[0].resolve(message);
  });
  const closed = new Promise((resolve, reject) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    socket.on("error", reject);
  });
  const opened = new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  // Whoever waits for one of them is told; nobody has to wait for both.
  for (const promise of [opened, closed]) promise.catch(() => {});
  const send = message => socket.send(typeof message === "string" ? message : JSON.stringify(message));
  const receive = type => {
    const here = messages.findIndex(message => message.type === type);
    if (here >= 0) return Promise.resolve(messages.splice(here, 1)[0]);
    return within(new Promise(resolve => waiting.push({ type, resolve })), `a message ${type}`);
  };
  return { socket, opened, closed, send, receive, messages };
}

async function acknowledged() {
  const bare = open();
  await within(bare.opened, "the handshake");
  bare.send({ type: "connection_init" });
  await bare.receive("connection_ack");
  return bare;
}

const subscribe = (id, query) => ({ type: "subscribe", id, payload: { query } });

async function everyCloseCode() {
  const endless = `subscription { playlistActivity(playlistId: ${JSON.stringify((await aPlaylist()).id)}) { version } }`;
  const fresh = async (...messages) => {
    const bare = open();
    await within(bare.opened, "the handshake");
    messages.forEach(bare.send);
    return bare;
  };
  const after = async (...messages) => {
    const bare = await acknowledged();
    messages.forEach(bare.send);
    return bare;
  };
  const cases = [
    ["text that is no JSON", 4400, () => after("{nope")],
    ["a message of an unknown type", 4400, () => after({ type: "start" })],
    ["a message without a type", 4400, () => after({ id: "1" })],
    ["a subscription without an id", 4400, () => after({ type: "subscribe", payload: { query: "{ __typename }" } })],
    ["a subscription without a query", 4400, () => after({ type: "subscribe", id: "1", payload: {} })],
    ["a subscription before the acknowledgement", 4401, () => fresh(subscribe("1", "{ __typename }"))],
    ["a socket that says nothing", 4408, () => fresh()],
    ["an id that is taken", 4409, () => after(subscribe("1", endless), subscribe("1", endless))],
    ["a second init", 4429, () => after({ type: "connection_init" })],
    // A client that asks for another one gets none and, by RFC 6455, ends the handshake itself.
    ["no subprotocol", 4406, async () => open([])],
  ];
  await Promise.all(
    cases.map(async ([what, wanted, start]) => {
      const bare = await start();
      const seen = await within(bare.closed, what);
      check(seen.code === wanted, `${what} closes with ${JSON.stringify(seen)}, not with ${wanted}`);
      check(Buffer.byteLength(seen.reason) < 123, `${what}: the reason is too long`);
    }),
  );
}

async function pingsAreAnswered() {
  const bare = await acknowledged();
  bare.send({ type: "ping", payload: { n: 1 } });
  await bare.receive("pong");
  const pong = new Promise(resolve => bare.socket.on("pong", resolve));
  bare.socket.ping();
  await within(pong, "the answer to a ping frame");
  bare.socket.close(1000);
  check((await within(bare.closed, "the close")).code === 1000, "a close is not echoed");
}

async function whatTheClientEndsIsSilent() {
  const { id } = await aPlaylist();
  const bare = await acknowledged();
  bare.send(subscribe("a", `subscription { playlistActivity(playlistId: ${JSON.stringify(id)}) { version } }`));
  bare.send({ type: "complete", id: "a" });
  bare.send(subscribe("a", "{ __typename }"));
  const { payload } = await bare.receive("next");
  check(payload.data?.__typename === "Query", `the id does not serve again: ${JSON.stringify(payload)}`);
  await bare.receive("complete");
  check(bare.messages.length === 0, `more than was asked for: ${JSON.stringify(bare.messages)}`);
  bare.socket.close(1000);
  await within(bare.closed, "the close");
}

const isLive = process.argv.includes("--live");
await run(
  queriesRunOverTheSocket,
  everyChangeComesOnceAndInOrder,
  itGoesOnWhereTheClientWas,
  ...(isLive ? [changesComeAsTheyHappen] : []),
  validationErrorsAreErrors,
  pingsAreAnswered,
  whatTheClientEndsIsSilent,
  everyCloseCode,
);
