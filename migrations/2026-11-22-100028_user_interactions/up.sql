create table public.user_interactions (
  id bigint generated always as identity,
  user_id bigint not null,
  track_id bigint not null,
  interaction_type text not null,
  context_type text,
  context_id bigint,
  play_duration_ms integer,
  track_duration_ms integer,
  completion_percentage double precision,
  skip_position_ms integer,
  skip_reason text,
  device_type text,
  session_id uuid,
  client_event_id uuid,
  origin text,
  counts_as_listen boolean not null default false,
  extra_metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  constraint user_interactions_pkey primary key (id, created_at),
  constraint user_interactions_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint user_interactions_track_id_fkey foreign key (track_id) references public.tracks (id) on delete cascade,
  constraint user_interactions_interaction_type_check check (
    interaction_type in ('play', 'skip', 'like', 'dislike', 'share', 'add_to_playlist', 'remove_from_playlist')
  ),
  constraint user_interactions_context_type_check check (
    context_type in ('playlist', 'album', 'artist', 'radio', 'search', 'discovery', 'library', 'other')
  ),
  constraint user_interactions_context_id_check check (context_id is null or context_type is not null),
  constraint user_interactions_play_duration_ms_check check (play_duration_ms >= 0),
  constraint user_interactions_track_duration_ms_check check (track_duration_ms >= 1),
  constraint user_interactions_completion_percentage_check check (completion_percentage between 0 and 100),
  constraint user_interactions_skip_position_ms_check check (skip_position_ms >= 0),
  constraint user_interactions_skip_reason_check check (skip_reason in ('manual', 'auto_next', 'error')),
  constraint user_interactions_device_type_check check (
    device_type in ('mobile', 'desktop', 'tablet', 'smart_speaker', 'web', 'other')
  ),
  constraint user_interactions_origin_check check (
    origin in (
      'spotify', 'youtube', 'soundcloud', 'bandcamp', 'deezer', 'apple_music', 'tidal', 'mixcloud',
      'jamendo', 'musicbrainz', 'discogs', 'lastfm', 'listenbrainz', 'genius', 'direct_url', 'upload', 'other'
    )
  ),
  constraint user_interactions_counts_as_listen_check check (not counts_as_listen or interaction_type = 'play'),
  constraint user_interactions_extra_metadata_check check (jsonb_typeof(extra_metadata) = 'object')
) partition by range (created_at);

-- One event of a client is kept once.
create unique index user_interactions_client_event_id_key
  on public.user_interactions (user_id, client_event_id, created_at)
  where client_event_id is not null;

-- An index of (user_id) alone would be a prefix of the composite; it goes on with the order in
-- which a person's history is read.
create index idx_user_interactions_user_id on public.user_interactions (user_id, created_at desc, id desc);
create index idx_user_interactions_composite on public.user_interactions (user_id, track_id, interaction_type);
create index idx_user_interactions_track_id on public.user_interactions (track_id);
create index idx_user_interactions_created on public.user_interactions (created_at desc);

create table partitions.user_interactions_default partition of public.user_interactions default;

select ops.ensure_partitions(
  (now() - interval '24 months')::date,
  (now() + interval '3 months')::date
);

comment on table public.user_interactions is 'What people did with tracks: plays, skips, likes and the like; partitioned by month of created_at.';
comment on column public.user_interactions.id is 'Key, with created_at.';
comment on column public.user_interactions.user_id is 'The person; deleting them deletes the row.';
comment on column public.user_interactions.track_id is 'The track; deleting it deletes the row.';
comment on column public.user_interactions.interaction_type is 'play, skip, like, dislike, share, add_to_playlist or remove_from_playlist.';
comment on column public.user_interactions.context_type is 'What it was heard in: playlist, album, artist, radio, search, discovery, library or other; null: not known.';
comment on column public.user_interactions.context_id is 'Key of the playlist, album, artist or discovery session it was heard in; null: none, or not known.';
comment on column public.user_interactions.play_duration_ms is 'Time listened, in milliseconds; null: no play, or not reported.';
comment on column public.user_interactions.track_duration_ms is 'The track''s length at the time, in milliseconds; null: not known.';
comment on column public.user_interactions.completion_percentage is 'Share of the track that was heard, 0 to 100; null: not known.';
comment on column public.user_interactions.skip_position_ms is 'Where in the track it was skipped, in milliseconds from 0; null: not skipped, or not reported.';
comment on column public.user_interactions.skip_reason is 'manual, auto_next or error; null: not skipped, or not reported.';
comment on column public.user_interactions.device_type is 'mobile, desktop, tablet, smart_speaker, web or other; null: not known.';
comment on column public.user_interactions.session_id is 'The sitting or discovery session it belongs to; null: none.';
comment on column public.user_interactions.client_event_id is 'The client''s own id of the event, kept once for each person; null: none given.';
comment on column public.user_interactions.origin is 'The service that reported it, a source type; null: this server.';
comment on column public.user_interactions.counts_as_listen is 'Whether the play was long enough to be a listen: half of the track or four minutes; only plays.';
comment on column public.user_interactions.extra_metadata is 'Anything else about the event: object.';
comment on column public.user_interactions.created_at is 'Instant it happened; of a play, its start.';
