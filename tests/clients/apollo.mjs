// Apollo Client: its cache, its persisted queries over POST and GET, its subscription link.
//
//   node apollo.mjs http://127.0.0.1:8000

import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { check, endpoint, run, socketEndpoint, within } from "./say.mjs";

// The link looks at the global one, which Node has from 22 on.
globalThis.WebSocket ??= WebSocket;

const sha256 = text => createHash("sha256").update(text).digest("hex");

/** A client, and what it sends. */
function apollo(useGETForHashedQueries) {
  const sent = [];
  const http = new HttpLink({
    uri: endpoint,
    fetch: async (uri, options) => {
      const answer = await fetch(uri, options);
      const { errors } = await answer.clone().json();
      const hasText = options.method === "GET" ? new URL(uri).searchParams.has("query") : "query" in JSON.parse(options.body);
      sent.push({ method: options.method, hasText, status: answer.status, code: errors?.[0]?.extensions?.code });
      return answer;
    },
  });
  const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries });
  const cache = new InMemoryCache({ typePolicies: { Query: { fields: { tracks: relayStylePagination() } } } });
  return { client: new ApolloClient({ cache, link: ApolloLink.from([persisted, http]) }), sent };
}

/** A query that no earlier run has registered. */
const fresh = () => gql(`query Fresh${Date.now()}${process.hrtime.bigint()} {
  tracks(first: 2) { edges { cursor node { id title artist { id name } } } pageInfo { hasNextPage endCursor } }
}`);

async function persists(useGET) {
  const query = fresh();
  const first = apollo(useGET);
  const { data } = await within(first.client.query({ query }), "the first query");
  check(data.tracks.edges.length === 2, `not two tracks: ${JSON.stringify(data)}`);
  const told = JSON.stringify(first.sent);
  check(first.sent.length === 2, `an unknown hash takes two requests, not ${told}`);
  check(!first.sent[0].hasText && first.sent[0].code === "PERSISTED_QUERY_NOT_FOUND", `the miss is not told: ${told}`);
  check(first.sent[1].hasText && !first.sent[1].code, `the text is not taken: ${told}`);
  const second = apollo(useGET);
  await within(second.client.query({ query }), "the second query");
  const again = JSON.stringify(second.sent);
  check(second.sent.length === 1 && !second.sent[0].hasText && !second.sent[0].code, `a known hash is not enough: ${again}`);
  check(second.sent[0].method === (useGET ? "GET" : "POST"), `another method: ${again}`);
}

async function persistedQueriesOverPost() {
  await persists(false);
}

async function persistedQueriesOverGet() {
  await persists(true);
}

async function aPageAfterAnother() {
  const { client } = apollo(false);
  const query = gql`
    query Pages($after: String) {
      tracks(first: 2, after: $after) { edges { cursor node { id title } } pageInfo { hasNextPage endCursor } }
    }
  `;
  const watched = client.watchQuery({ query });
  const { data } = await within(watched.result?.() ?? client.query({ query }), "a page");
  await within(watched.fetchMore({ variables: { after: data.tracks.pageInfo.endCursor } }), "the next page");
  const { tracks } = client.readQuery({ query });
  const ids = new Set(tracks.edges.map(edge => edge.node.id));
  check(ids.size === 4, `two pages of two in the cache are ${JSON.stringify(tracks)}`);
}

async function errorsAreErrors() {
  const { client } = apollo(false);
  const failed = await within(client.query({ query: gql`{ noSuchField }` }).catch(error => error), "a wrong query");
  const code = failed.errors?.[0]?.extensions?.code;
  check(code === "GRAPHQL_VALIDATION_FAILED", `Apollo sees ${failed.name}: ${failed.message}, code ${code}`);
}

async function subscriptionLink() {
  const socket = createClient({ url: socketEndpoint, webSocketImpl: WebSocket, retryAttempts: 0 });
  const live = new ApolloClient({ cache: new InMemoryCache(), link: new GraphQLWsLink(socket) });
  const query = gql`{ playlists(first: 1, orderBy: [{ field: FOLLOWERS, direction: DESC }]) { nodes { id } } }`;
  const playlistId = (await apollo(false).client.query({ query })).data.playlists.nodes[0].id;
  const subscription = gql`
    subscription Live($playlistId: ID!) {
      playlistActivity(playlistId: $playlistId, afterVersion: 0) { version activity { id summary } reset { currentVersion } }
    }
  `;
  const first = await within(
    new Promise((resolve, reject) => {
      const running = live.subscribe({ query: subscription, variables: { playlistId } }).subscribe({
        next: result => { (result.error ? reject : resolve)(result.error ?? result.data); running.unsubscribe(); },
        error: reject,
      });
    }),
    "the subscription",
  );
  check(first.playlistActivity.version > 0, `no event: ${JSON.stringify(first)}`);
  await socket.dispose();
}

await run(persistedQueriesOverPost, persistedQueriesOverGet, aPageAfterAnother, errorsAreErrors, subscriptionLink);
