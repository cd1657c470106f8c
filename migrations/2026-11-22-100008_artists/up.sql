create table public.artists (
  id bigint generated always as identity,
  name text not null,
  sort_name text,
  musicbrainz_id uuid,
  bio text,
  country text,
  formed_year integer,
  disbanded_year integer,
  image_url text,
  thumbnail_url text,
  banner_url text,
  genres jsonb not null default '[]',
  aliases jsonb not null default '[]',
  members jsonb not null default '[]',
  social_links jsonb not null default '{}',
  popularity double precision not null default 0,
  follower_count integer not null default 0,
  monthly_listeners integer not null default 0,
  is_verified boolean not null default false,
  verification_source text,
  extra_metadata jsonb not null default '{}',
  merged_into_id bigint,
  merge_snapshot jsonb,
  last_synced_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- In the order of code points: the same on every machine and after every upgrade of its
  -- collations, and folded text needs no other.
  name_folded text collate "C" not null generated always as (left(public.music_fold(name), 500)) stored,
  search_vector tsvector not null generated always as (
    setweight(to_tsvector('public.music'::regconfig, name), 'A')
    || setweight(to_tsvector('public.music'::regconfig, coalesce(sort_name, '')), 'B')
    || setweight(to_tsvector('public.music'::regconfig, jsonb_path_query_array(aliases, '$[*].name')), 'B')
  ) stored,
  constraint artists_pkey primary key (id),
  constraint artists_musicbrainz_id_key unique (musicbrainz_id),
  constraint artists_merged_into_id_fkey foreign key (merged_into_id) references public.artists (id) on delete cascade,
  constraint artists_name_check check (char_length(name) between 1 and 255),
  constraint artists_sort_name_check check (char_length(sort_name) between 1 and 255),
  constraint artists_bio_check check (char_length(bio) between 1 and 50000),
  constraint artists_country_check check (country ~ '^[A-Z]{2}$'),
  constraint artists_formed_year_check check (formed_year between 1000 and 2200),
  constraint artists_disbanded_year_check check (disbanded_year between 1000 and 2200),
  constraint artists_formed_year_disbanded_year_check check (formed_year <= disbanded_year),
  constraint artists_image_url_check check (image_url ~ '^https?://\S+$' and char_length(image_url) <= 2000),
  constraint artists_thumbnail_url_check check (thumbnail_url ~ '^https?://\S+$' and char_length(thumbnail_url) <= 2000),
  constraint artists_banner_url_check check (banner_url ~ '^https?://\S+$' and char_length(banner_url) <= 2000),
  constraint artists_genres_check check (public.is_text_array(genres)),
  constraint artists_aliases_check check (public.is_named_array(aliases)),
  constraint artists_members_check check (public.members_are_valid(members)),
  constraint artists_social_links_check check (public.is_text_object(social_links)),
  constraint artists_popularity_check check (popularity between 0 and 1),
  constraint artists_follower_count_check check (follower_count >= 0),
  constraint artists_monthly_listeners_check check (monthly_listeners >= 0),
  constraint artists_verification_source_check check (
    verification_source in (
      'spotify', 'youtube', 'soundcloud', 'bandcamp', 'deezer', 'apple_music', 'tidal', 'mixcloud',
      'jamendo', 'musicbrainz', 'discogs', 'lastfm', 'listenbrainz', 'genius', 'direct_url', 'upload', 'other'
    )
  ),
  constraint artists_extra_metadata_check check (jsonb_typeof(extra_metadata) = 'object'),
  constraint artists_merged_into_id_check check (merged_into_id <> id),
  constraint artists_merge_snapshot_check check (
    merge_snapshot is null or (merged_into_id is not null and jsonb_typeof(merge_snapshot) = 'object')
  )
);

-- Orders of the API, each with the key last.
create index idx_artists_name_folded on public.artists (name_folded, id);
create index idx_artists_sort_name on public.artists (sort_name, id);
create index idx_artists_popularity on public.artists (popularity desc, id desc);
create index idx_artists_follower_count on public.artists (follower_count desc, id desc);
create index idx_artists_created_at on public.artists (created_at desc, id desc);

-- Filters, search, suggestions and typing errors.
create index idx_artists_country on public.artists (country) where country is not null;
create index idx_artists_genres on public.artists using gin (genres);
create index idx_artists_search on public.artists using gin (search_vector);
create index idx_artists_name_trgm on public.artists using gin (name_folded public.gin_trgm_ops);

create index idx_artists_merged_into_id on public.artists (merged_into_id) where merged_into_id is not null;

create trigger artists_set_updated_at
  before update of name, sort_name, musicbrainz_id, bio, country, formed_year, disbanded_year,
    image_url, thumbnail_url, banner_url, genres, aliases, members, social_links,
    is_verified, verification_source, extra_metadata, merged_into_id
  on public.artists
  for each row execute function public.set_updated_at();

comment on table public.artists is 'People and groups who make music; one row each, whatever the number of outside services that know them.';
comment on column public.artists.id is 'Key.';
comment on column public.artists.name is 'Name as the artist writes it, 1 to 255 characters.';
comment on column public.artists.sort_name is 'Name for alphabetical lists, as in "Beatles, The"; null: as the name.';
comment on column public.artists.musicbrainz_id is 'MusicBrainz artist id; unique; null: not known.';
comment on column public.artists.bio is 'Biography in plain text, at most 50,000 characters; null: none.';
comment on column public.artists.country is 'Country of origin, ISO 3166-1 alpha-2 in capitals; null: not known.';
comment on column public.artists.formed_year is 'Year the artist began or was born into the trade, 1000 to 2200; null: not known.';
comment on column public.artists.disbanded_year is 'Year the artist ended, 1000 to 2200, not before formed_year; null: still active or not known.';
comment on column public.artists.image_url is 'Portrait, an http or https address; null: none.';
comment on column public.artists.thumbnail_url is 'Small portrait, an http or https address; null: none.';
comment on column public.artists.banner_url is 'Wide picture, an http or https address; null: none.';
comment on column public.artists.genres is 'Slugs of genres, the most fitting first: array of strings, each a row of genres.';
comment on column public.artists.aliases is 'Other names: array of {name, locale?, is_primary_for_locale?}; searched.';
comment on column public.artists.members is 'Members of a group: array of {name, artist_id?, role?, from_year?, to_year?}; the periods of one name do not overlap.';
comment on column public.artists.social_links is 'Addresses elsewhere: object from the kind of place to the address.';
comment on column public.artists.popularity is 'Share of the most heard artist''s listeners on a logarithmic scale, 0 to 1; written by ops.refresh_statistics.';
comment on column public.artists.follower_count is 'Rows of user_artist_follows that name the artist; kept by triggers.';
comment on column public.artists.monthly_listeners is 'Distinct listeners of the last 30 days; written by ops.refresh_statistics.';
comment on column public.artists.is_verified is 'Whether an outside service vouches that the profile is the artist''s own.';
comment on column public.artists.verification_source is 'The service that vouches, a source type; null: none named.';
comment on column public.artists.extra_metadata is 'Anything else that was learnt about the artist: object.';
comment on column public.artists.merged_into_id is 'The artist this one turned out to be; always an unmerged row; null: not merged.';
comment on column public.artists.merge_snapshot is 'What the merge moved, so that it can be undone: object; null: not merged, or not undoable.';
comment on column public.artists.last_synced_at is 'Instant an outside service was last asked about the artist; null: never.';
comment on column public.artists.created_at is 'Instant the artist was entered.';
comment on column public.artists.updated_at is 'Instant of the last change; counters and popularity are none.';
comment on column public.artists.name_folded is 'music_fold(name), at most 500 characters, ordered by code point; generated.';
comment on column public.artists.search_vector is 'Words of the name (A), the sort name and the aliases (B); generated.';
