create table public.artist_sources (
  id bigint generated always as identity,
  artist_id bigint not null,
  source_type text not null,
  source_id text not null,
  source_uri text,
  source_extra_metadata jsonb not null default '{}',
  is_primary boolean not null default false,
  is_available boolean not null default true,
  sync_status text not null default 'active',
  last_synced_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint artist_sources_pkey primary key (id),
  constraint artist_sources_source_type_source_id_key unique (source_type, source_id),
  constraint artist_sources_artist_id_fkey foreign key (artist_id) references public.artists (id) on delete cascade,
  constraint artist_sources_source_type_check check (
    source_type in (
      'spotify', 'youtube', 'soundcloud', 'bandcamp', 'deezer', 'apple_music', 'tidal', 'mixcloud',
      'jamendo', 'musicbrainz', 'discogs', 'lastfm', 'listenbrainz', 'genius', 'direct_url', 'upload', 'other'
    )
  ),
  constraint artist_sources_source_id_check check (char_length(source_id) between 1 and 255),
  constraint artist_sources_source_uri_check check (
    source_uri ~ '^(https?://[^\s/]\S*|(?!(https?|javascript|data|vbscript):)[a-z][a-z0-9+.-]*:\S+)$'
    and char_length(source_uri) <= 2000
  ),
  constraint artist_sources_source_extra_metadata_check check (jsonb_typeof(source_extra_metadata) = 'object'),
  constraint artist_sources_sync_status_check check (sync_status in ('active', 'failed', 'removed'))
);

create unique index artist_sources_artist_id_primary_key on public.artist_sources (artist_id) where is_primary;
create index idx_artist_sources_artist_id on public.artist_sources (artist_id);

create trigger artist_sources_set_updated_at
  before update of artist_id, source_type, source_id, source_uri, source_extra_metadata, is_primary,
    is_available, sync_status
  on public.artist_sources
  for each row execute function public.set_updated_at();

comment on table public.artist_sources is 'Profiles of an artist at outside services.';
comment on column public.artist_sources.id is 'Key.';
comment on column public.artist_sources.artist_id is 'The artist; deleting it deletes the source.';
comment on column public.artist_sources.source_type is 'The outside service.';
comment on column public.artist_sources.source_id is 'The service''s own id of the artist, at most 255 characters; unique within the service.';
comment on column public.artist_sources.source_uri is 'Address: http, https or the service''s own scheme, at most 2000 characters; null: none.';
comment on column public.artist_sources.source_extra_metadata is 'What the service said about the artist: object.';
comment on column public.artist_sources.is_primary is 'Whether this source is preferred to the others; at most one of the artist''s.';
comment on column public.artist_sources.is_available is 'Whether the service still offers it.';
comment on column public.artist_sources.sync_status is 'active, failed (the last attempt) or removed (by the service).';
comment on column public.artist_sources.last_synced_at is 'Instant the service was last asked; null: never.';
comment on column public.artist_sources.created_at is 'Instant the source was entered.';
comment on column public.artist_sources.updated_at is 'Instant of the last change; asking the service and learning nothing is none.';
