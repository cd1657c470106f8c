// A client typed from schema.graphql: it compiles, and what does not fit the schema does not.
// A line under "@ts-expect-error" that compiles is an error itself.

import type { ResultOf, VariablesOf } from "@graphql-typed-document-node/core";
import { type FragmentType, graphql, useFragment } from "./generated";

const TrackLine = graphql(`
  fragment TrackLine on Track {
    id
    title
    durationMs
    artist { name }
    sources { sourceType uri }
  }
`);

const ArtistPage = graphql(`
  query ArtistPage($name: String!, $first: Int = 10, $after: String) {
    artists(first: 1, filter: { name: { eq: $name } }) {
      nodes {
        name
        formedYear
        albums(first: $first, after: $after) {
          edges { cursor node { title tracks(first: 20) { nodes { ...TrackLine } } } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
`);

const Search = graphql(`
  query Search($query: String!) {
    search(query: $query, first: 10) {
      totalCount
      nodes {
        item {
          __typename
          ... on Track { ...TrackLine }
          ... on Artist { name }
        }
      }
    }
  }
`);

export const Live = graphql(`
  subscription Live($playlistId: ID!, $afterVersion: Int) {
    playlistActivity(playlistId: $playlistId, afterVersion: $afterVersion) {
      version
      isReplay
      activity { summary actor { username } }
      reset { currentVersion oldestVersion }
      revoked { reason }
    }
  }
`);

export function line(track: FragmentType<typeof TrackLine>): string {
  const { title, artist, durationMs } = useFragment(TrackLine, track);
  const name: string = artist?.name ?? "";
  // @ts-expect-error A field that was not asked for.
  void useFragment(TrackLine, track).trackNumber;
  return `${name}: ${title satisfies string} (${durationMs ?? "?"} ms)`;
}

export function titles(page: ResultOf<typeof ArtistPage>): string[] {
  return page.artists.nodes.flatMap(artist => artist.albums.edges.map(edge => edge.node.title));
}

export function names(found: ResultOf<typeof Search>): string[] {
  return found.search.nodes.map(({ item }) => {
    switch (item.__typename) {
      case "Artist": return item.name;
      case "Track": return line(item);
      default: return item.__typename;
    }
  });
}

export function lastVersion(event: ResultOf<typeof Live>): number {
  return event.playlistActivity.version satisfies number;
}

export const right: VariablesOf<typeof ArtistPage> = { name: "radiohead" };
// @ts-expect-error A variable that is required.
export const wrong: VariablesOf<typeof ArtistPage> = { first: 1 };
