create table public.track_sources (
  id bigint generated always as identity,
  track_id bigint not null,
  source_type text not null,
  source_id text,
  source_uri text,
  source_extra_metadata jsonb not null default '{}',
  audio_quality text,
  is_primary boolean not null default false,
  is_available boolean not null default true,
  available_in text[],
  sync_status text not null default 'active',
  last_synced_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint track_sources_pkey primary key (id),
  constraint track_sources_track_id_fkey foreign key (track_id) references public.tracks (id) on delete cascade,
  constraint track_sources_source_type_check check (
    source_type in (
      'spotify', 'youtube', 'soundcloud', 'bandcamp', 'deezer', 'apple_music', 'tidal', 'mixcloud',
      'jamendo', 'musicbrainz', 'discogs', 'lastfm', 'listenbrainz', 'genius', 'direct_url', 'upload', 'other'
    )
  ),
  constraint track_sources_source_id_check check (char_length(source_id) between 1 and 255),
  constraint track_sources_source_uri_check check (
    source_uri ~ '^(https?://[^\s/]\S*|(?!(https?|javascript|data|vbscript):)[a-z][a-z0-9+.-]*:\S+)$'
    and char_length(source_uri) <= 2000
  ),
  constraint track_sources_reference_check check (source_id is not null or source_uri is not null),
  constraint track_sources_source_extra_metadata_check check (jsonb_typeof(source_extra_metadata) = 'object'),
  constraint track_sources_audio_quality_check check (audio_quality in ('low', 'medium', 'high', 'lossless')),
  constraint track_sources_available_in_check check (public.country_codes_are_valid(available_in)),
  constraint track_sources_sync_status_check check (sync_status in ('active', 'failed', 'removed'))
);

-- One outside thing belongs to one track; what is known by its address alone has no id to share.
create unique index track_sources_source_type_source_id_key on public.track_sources (source_type, source_id)
  where source_id is not null;
create unique index track_sources_track_id_primary_key on public.track_sources (track_id) where is_primary;
create index idx_track_sources_track_id on public.track_sources (track_id);
-- Addresses are looked up whole, and may be longer than a B-tree's entry.
create index idx_track_sources_source_uri on public.track_sources using hash (source_uri) where source_uri is not null;

create trigger track_sources_set_updated_at
  before update of track_id, source_type, source_id, source_uri, source_extra_metadata, audio_quality,
    is_primary, is_available, available_in, sync_status
  on public.track_sources
  for each row execute function public.set_updated_at();

comment on table public.track_sources is 'Places outside where a track can be heard or is described.';
comment on column public.track_sources.id is 'Key.';
comment on column public.track_sources.track_id is 'The track; deleting it deletes the source.';
comment on column public.track_sources.source_type is 'The outside service.';
comment on column public.track_sources.source_id is 'The service''s own id of the track, at most 255 characters; unique within the service; null: known by its address alone.';
comment on column public.track_sources.source_uri is 'Address: http, https or the service''s own scheme, at most 2000 characters; null: none, then there is a source_id.';
comment on column public.track_sources.source_extra_metadata is 'What the service said about the track: object.';
comment on column public.track_sources.audio_quality is 'Best quality offered: low, medium, high or lossless; null: not known.';
comment on column public.track_sources.is_primary is 'Whether this source is preferred to the others; at most one of the track''s.';
comment on column public.track_sources.is_available is 'Whether the service still offers it.';
comment on column public.track_sources.available_in is 'Countries where it is offered, ISO 3166-1 alpha-2 in capitals; null: everywhere; empty: nowhere.';
comment on column public.track_sources.sync_status is 'active, failed (the last attempt) or removed (by the service).';
comment on column public.track_sources.last_synced_at is 'Instant the service was last asked; null: never.';
comment on column public.track_sources.created_at is 'Instant the source was entered.';
comment on column public.track_sources.updated_at is 'Instant of the last change; asking the service and learning nothing is none.';
