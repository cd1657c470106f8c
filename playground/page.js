// The playground: GraphiQL over this server, with examples that run as they are.
"use strict";

/** What the live example listens to when no playlist is there yet. */
const NO_PLAYLIST = "no public playlist has changed yet: put an id here";

/** Asks the server, outside of any tab. */
async function ask(query) {
  const answer = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query }),
  });
  return (await answer.json()).data;
}

/** The public playlist with the most followers among those that have a history. */
async function livePlaylist() {
  try {
    const data = await ask(`{
      playlists(first: 20, orderBy: [{ field: FOLLOWERS, direction: DESC }]) {
        nodes { id activities(first: 1) { nodes { version } } }
      }
    }`);
    return data.playlists.nodes.find(playlist => playlist.activities.nodes.length > 0)?.id ?? NO_PLAYLIST;
  } catch {
    // The other tabs tell better than this page could what is wrong with the server.
    return NO_PLAYLIST;
  }
}

function examples(playlistId) {
  const tab = (query, variables = {}) => ({ query, variables: JSON.stringify(variables, null, 2) });
  return [
    tab(`# An artist's albums, and where to hear them.
# Ctrl+Enter runs it.
query ArtistPage($name: String!) {
  artists(
    first: 1
    filter: { name: { eq: $name } }
  ) {
    nodes {
      name
      country
      formedYear
      albums(first: 10) {
        nodes {
          title
          releaseDate { date precision }
          label
          tracks(first: 20) {
            nodes {
              trackNumber
              title
              durationMs
              sources { sourceType uri }
            }
          }
        }
      }
    }
  }
}
`, { name: "radiohead" }),
    tab(`# Everything at once. Try other words:
# "kind of blue" -live artist:davis bpm:>120
query Search($query: String!) {
  search(query: $query, first: 10) {
    totalCount
    nodes {
      score
      highlight
      matchedOn
      item {
        __typename
        ... on Track { title artist { name } }
        ... on Artist { name }
        ... on Album { title artist { name } }
        ... on Playlist { name }
        ... on Genre { name }
        ... on User { username }
      }
    }
    facets {
      genres { key count }
      decades { key count }
    }
    parsed { normalised warnings }
  }
}
`, { query: "year:1970-1999 love" }),
    tab(`# A playlist that people keep together:
# its entries, its people, its history.
query Playlist {
  playlists(
    first: 1
    orderBy: [{ field: FOLLOWERS, direction: DESC }]
  ) {
    nodes {
      name
      description
      owner { username }
      version
      trackCount
      totalDurationMs
      items(first: 25) {
        nodes {
          position
          voteScore
          note
          addedBy { username }
          track {
            title
            artist { name }
            album { title }
          }
        }
      }
      collaborators {
        nodes { role user { username } }
      }
      activities(first: 10) {
        nodes { version occurredAt summary }
      }
    }
  }
}
`),
    tab(`# Every change from the first on, then each new one
# as it happens. The same button ends it.
subscription Live($playlistId: ID!) {
  playlistActivity(
    playlistId: $playlistId
    afterVersion: 0
  ) {
    version
    isReplay
    cursor
    activity { summary actor { username } }
    reset { currentVersion oldestVersion }
    revoked { reason }
  }
}
`, { playlistId }),
  ];
}

/** Variables may hold passwords and headers tokens: what is typed here lives as long as the page. */
function forgetful() {
  const kept = new Map();
  return {
    get length() { return kept.size; },
    getItem: key => kept.get(key) ?? null,
    setItem: (key, value) => { kept.set(key, value); },
    removeItem: key => { kept.delete(key); },
    clear: () => kept.clear(),
  };
}

async function start() {
  const address = new URL("/graphql", location.href);
  const socket = new URL(address);
  socket.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const place = document.getElementById("playground");
  const defaultTabs = examples(await livePlaylist());
  const element = React.createElement;
  const page = element(
    GraphiQL,
    {
      fetcher: GraphiQL.createFetcher({ url: address.href, subscriptionUrl: socket.href }),
      defaultTabs,
      storage: forgetful(),
      shouldPersistHeaders: false,
      inputValueDeprecation: true,
    },
    element(
      GraphiQL.Logo,
      null,
      element("span", { className: "about" }, "SearXNG-Cool Music", element("a", { href: "/schema.graphql" }, "schema")),
    ),
  );
  place.removeAttribute("role");
  ReactDOM.createRoot(place).render(page);
}

start();
