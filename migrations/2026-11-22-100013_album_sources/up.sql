create table public.album_sources (
  id bigint generated always as identity,
  album_id bigint not null,
  source_type text not null,
  source_id text not null,
  source_uri text,
  source_extra_metadata jsonb not null default '{}',
  is_primary boolean not null default false,
  is_available boolean not null default true,
  available_in text[],
  sync_status text not null default 'active',
  last_synced_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint album_sources_pkey primary key (id),
  constraint album_sources_source_type_source_id_key unique (source_type, source_id),
  constraint album_sources_album_id_fkey foreign key (album_id) references public.albums (id) on delete cascade,
  constraint album_sources_source_type_check check (
    source_type in (
      'spotify', 'youtube', 'soundcloud', 'bandcamp', 'deezer', 'apple_music', 'tidal', 'mixcloud',
      'jamendo', 'musicbrainz', 'discogs', 'lastfm', 'listenbrainz', 'genius', 'direct_url', 'upload', 'other'
    )
  ),
  constraint album_sources_source_id_check check (char_length(source_id) between 1 and 255),
  constraint album_sources_source_uri_check check (
    source_uri ~ '^(https?://[^\s/]\S*|(?!(https?|javascript|data|vbscript):)[a-z][a-z0-9+.-]*:\S+)$'
    and char_length(source_uri) <= 2000
  ),
  constraint album_sources_source_extra_metadata_check check (jsonb_typeof(source_extra_metadata) = 'object'),
  constraint album_sources_available_in_check check (public.country_codes_are_valid(available_in)),
  constraint album_sources_sync_status_check check (sync_status in ('active', 'failed', 'removed'))
);

create unique index album_sources_album_id_primary_key on public.album_sources (album_id) where is_primary;
create index idx_album_sources_album_id on public.album_sources (album_id);

create trigger album_sources_set_updated_at
  before update of album_id, source_type, source_id, source_uri, source_extra_metadata, is_primary,
    is_available, available_in, sync_status
  on public.album_sources
  for each row execute function public.set_updated_at();

comment on table public.album_sources is 'Places outside where an album can be heard or is described.';
comment on column public.album_sources.id is 'Key.';
comment on column public.album_sources.album_id is 'The album; deleting it deletes the source.';
comment on column public.album_sources.source_type is 'The outside service.';
comment on column public.album_sources.source_id is 'The service''s own id of the album, at most 255 characters; unique within the service.';
comment on column public.album_sources.source_uri is 'Address: http, https or the service''s own scheme, at most 2000 characters; null: none.';
comment on column public.album_sources.source_extra_metadata is 'What the service said about the album: object.';
comment on column public.album_sources.is_primary is 'Whether this source is preferred to the others; at most one of the album''s.';
comment on column public.album_sources.is_available is 'Whether the service still offers it.';
comment on column public.album_sources.available_in is 'Countries where it is offered, ISO 3166-1 alpha-2 in capitals; null: everywhere; empty: nowhere.';
comment on column public.album_sources.sync_status is 'active, failed (the last attempt) or removed (by the service).';
comment on column public.album_sources.last_synced_at is 'Instant the service was last asked; null: never.';
comment on column public.album_sources.created_at is 'Instant the source was entered.';
comment on column public.album_sources.updated_at is 'Instant of the last change; asking the service and learning nothing is none.';
