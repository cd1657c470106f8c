// What a Relay app asks for: an object by its id, a connection that grows, a fragment that fetches
// itself anew. relay-compiler checks it all against the schema and Relay's rules.

declare function graphql(strings: TemplateStringsArray): unknown;

export const TrackLine = graphql`
  fragment components_track on Track {
    title
    durationMs
    artist { id name }
  }
`;

/** Fetches itself by \`node(id:)\`, and its connection page by page. */
export const AlbumsOfArtist = graphql`
  fragment components_albums on Artist
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "componentsAlbumsPageQuery") {
    name
    albums(first: $count, after: $cursor) @connection(key: "components_albums_albums") {
      edges {
        cursor
        node {
          id
          title
          tracks(first: 20) { nodes { ...components_track } }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

/** In both directions. */
export const EntriesOfPlaylist = graphql`
  fragment components_items on Playlist
  @argumentDefinitions(
    first: { type: "Int", defaultValue: 25 }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  )
  @refetchable(queryName: "componentsItemsPageQuery") {
    version
    items(first: $first, after: $after, last: $last, before: $before)
      @connection(key: "components_items_items") {
      edges { node { id position track { ...components_track } } }
    }
  }
`;

/** On the root. */
export const Tracks = graphql`
  fragment components_tracks on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "componentsTracksPageQuery") {
    tracks(first: $count, after: $cursor) @connection(key: "components_tracks_tracks") {
      edges { node { ...components_track } }
    }
  }
`;

export const Page = graphql`
  query componentsPageQuery($artist: ID!, $playlist: ID!) {
    artist: node(id: $artist) { ...components_albums @alias(as: "albums") }
    playlist: node(id: $playlist) { ...components_items @arguments(first: 5) @alias(as: "items") }
    ...components_tracks
  }
`;

export const Live = graphql`
  subscription componentsLiveSubscription($playlist: ID!, $afterVersion: Int) {
    playlistActivity(playlistId: $playlist, afterVersion: $afterVersion) {
      version
      activity { id summary }
    }
  }
`;
