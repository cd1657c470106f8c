create table public.discovery_session_tracks (
  id bigint generated always as identity,
  session_id bigint not null,
  track_id bigint not null,
  position integer not null,
  recommendation_score double precision,
  recommendation_reasons jsonb not null default '[]',
  verdict text,
  was_played boolean not null default false,
  play_duration_ms integer,
  was_skipped boolean not null default false,
  skip_time_ms integer,
  was_liked boolean not null default false,
  was_added_to_library boolean not null default false,
  presented_at timestamptz not null default now(),
  interacted_at timestamptz,
  constraint discovery_session_tracks_pkey primary key (id, presented_at),
  constraint discovery_session_tracks_session_id_fkey foreign key (session_id) references public.discovery_sessions (id) on delete cascade,
  constraint discovery_session_tracks_track_id_fkey foreign key (track_id) references public.tracks (id) on delete cascade,
  constraint discovery_session_tracks_position_check check (position >= 0),
  constraint discovery_session_tracks_recommendation_score_check check (recommendation_score between 0 and 1),
  constraint discovery_session_tracks_recommendation_reasons_check check (jsonb_typeof(recommendation_reasons) = 'array'),
  constraint discovery_session_tracks_verdict_check check (verdict in ('gold', 'maybe', 'no')),
  constraint discovery_session_tracks_play_duration_ms_check check (play_duration_ms >= 0),
  constraint discovery_session_tracks_skip_time_ms_check check (skip_time_ms >= 0)
) partition by range (presented_at);

create index idx_discovery_session_tracks_position on public.discovery_session_tracks (session_id, position);
create index idx_discovery_session_tracks_session_track on public.discovery_session_tracks (session_id, track_id);
create index idx_discovery_session_tracks_track_id on public.discovery_session_tracks (track_id);

create table partitions.discovery_session_tracks_default partition of public.discovery_session_tracks default;

select ops.ensure_partitions(
  (now() - interval '24 months')::date,
  (now() + interval '3 months')::date
);

comment on table public.discovery_session_tracks is 'Tracks proposed in discovery sessions, and what became of them; partitioned by month of presented_at.';
comment on column public.discovery_session_tracks.id is 'Key, with presented_at.';
comment on column public.discovery_session_tracks.session_id is 'The session; deleting it deletes the row.';
comment on column public.discovery_session_tracks.track_id is 'The track, once in a session; deleting it deletes the row.';
comment on column public.discovery_session_tracks.position is 'Place in the session, from 0, one track each.';
comment on column public.discovery_session_tracks.recommendation_score is 'How well it was expected to fit, 0 to 1; null: not scored.';
comment on column public.discovery_session_tracks.recommendation_reasons is 'Why it was proposed: array of objects whose weights add up to the score.';
comment on column public.discovery_session_tracks.verdict is 'The listener''s verdict: gold, maybe or no; null: none.';
comment on column public.discovery_session_tracks.was_played is 'Whether it was played.';
comment on column public.discovery_session_tracks.play_duration_ms is 'Time listened, in milliseconds; null: not played, or not reported.';
comment on column public.discovery_session_tracks.was_skipped is 'Whether it was skipped.';
comment on column public.discovery_session_tracks.skip_time_ms is 'Where in the track it was skipped, in milliseconds; null: not skipped, or not reported.';
comment on column public.discovery_session_tracks.was_liked is 'Whether it was liked.';
comment on column public.discovery_session_tracks.was_added_to_library is 'Whether it was saved.';
comment on column public.discovery_session_tracks.presented_at is 'Instant it was proposed, at most a day before the session began.';
comment on column public.discovery_session_tracks.interacted_at is 'Instant of the listener''s last act with it; null: none yet.';
