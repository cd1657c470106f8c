create table public.discovery_sessions (
  id bigint generated always as identity,
  uuid uuid not null default gen_random_uuid(),
  user_id bigint not null,
  session_type text not null,
  session_name text,
  seed_type text,
  seed_data jsonb not null default '[]',
  discovery_params jsonb not null default '{}',
  random_seed bigint,
  algorithm_version text,
  forked_from_id bigint,
  notes text,
  tracks_presented integer not null default 0,
  tracks_played integer not null default 0,
  tracks_skipped integer not null default 0,
  tracks_liked integer not null default 0,
  tracks_added_to_library integer not null default 0,
  total_play_time_ms bigint not null default 0,
  average_play_percentage double precision not null default 0,
  discovery_score double precision,
  user_satisfaction double precision,
  is_active boolean not null default true,
  current_position integer not null default 0,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  last_interaction_at timestamptz,
  constraint discovery_sessions_pkey primary key (id),
  constraint discovery_sessions_uuid_key unique (uuid),
  constraint discovery_sessions_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint discovery_sessions_forked_from_id_fkey foreign key (forked_from_id) references public.discovery_sessions (id) on delete set null,
  constraint discovery_sessions_session_type_check check (
    session_type in ('radio', 'daily_mix', 'discover_weekly', 'genre_explore', 'dig', 'sonic_path')
  ),
  constraint discovery_sessions_session_name_check check (char_length(session_name) between 1 and 255),
  constraint discovery_sessions_seed_type_check check (char_length(seed_type) between 1 and 50),
  constraint discovery_sessions_seed_data_check check (jsonb_typeof(seed_data) = 'array'),
  constraint discovery_sessions_discovery_params_check check (jsonb_typeof(discovery_params) = 'object'),
  constraint discovery_sessions_algorithm_version_check check (char_length(algorithm_version) between 1 and 50),
  constraint discovery_sessions_forked_from_id_check check (forked_from_id <> id),
  constraint discovery_sessions_notes_check check (char_length(notes) between 1 and 10000),
  constraint discovery_sessions_tracks_presented_check check (tracks_presented >= 0),
  constraint discovery_sessions_tracks_played_check check (tracks_played >= 0),
  constraint discovery_sessions_tracks_skipped_check check (tracks_skipped >= 0),
  constraint discovery_sessions_tracks_liked_check check (tracks_liked >= 0),
  constraint discovery_sessions_tracks_added_to_library_check check (tracks_added_to_library >= 0),
  constraint discovery_sessions_total_play_time_ms_check check (total_play_time_ms >= 0),
  constraint discovery_sessions_average_play_percentage_check check (average_play_percentage between 0 and 100),
  constraint discovery_sessions_discovery_score_check check (discovery_score between 0 and 1),
  constraint discovery_sessions_user_satisfaction_check check (user_satisfaction between 0 and 1),
  constraint discovery_sessions_is_active_check check (is_active = (ended_at is null)),
  constraint discovery_sessions_current_position_check check (current_position >= 0),
  constraint discovery_sessions_ended_at_check check (ended_at >= started_at),
  -- A session lasts from its start up to, not including, its end; without an end it lasts for ever.
  -- So the next one may begin in the instant the last one ended.
  constraint discovery_sessions_no_overlap exclude using gist (
    user_id with =,
    session_type with =,
    tstzrange(started_at, ended_at) with &&
  )
);

-- The mission's index names created_at, which sessions do not have: they have started_at.
create index idx_discovery_sessions_user_time on public.discovery_sessions (user_id, started_at desc, id desc);
create index idx_discovery_sessions_forked_from_id on public.discovery_sessions (forked_from_id) where forked_from_id is not null;

comment on table public.discovery_sessions is 'Sittings in which the server proposes tracks; a person has one of each type at a time.';
comment on column public.discovery_sessions.id is 'Key.';
comment on column public.discovery_sessions.uuid is 'What a link to the session names; random.';
comment on column public.discovery_sessions.user_id is 'The listener; deleting them deletes the session.';
comment on column public.discovery_sessions.session_type is 'radio, daily_mix, discover_weekly, genre_explore, dig or sonic_path.';
comment on column public.discovery_sessions.session_name is 'The listener''s name for it, at most 255 characters; null: none.';
comment on column public.discovery_sessions.seed_type is 'Kind of thing it started from, at most 50 characters; null: mixed or none.';
comment on column public.discovery_sessions.seed_data is 'What it started from: array of seeds.';
comment on column public.discovery_sessions.discovery_params is 'Settings of the proposal: object.';
comment on column public.discovery_sessions.random_seed is 'Number that makes the proposals repeatable; null: none was kept.';
comment on column public.discovery_sessions.algorithm_version is 'Version of the proposing rules, at most 50 characters; null: not known.';
comment on column public.discovery_sessions.forked_from_id is 'The session it was forked from; null: none, or it is gone.';
comment on column public.discovery_sessions.notes is 'The listener''s notes, at most 10,000 characters; null: none.';
comment on column public.discovery_sessions.tracks_presented is 'Tracks proposed so far.';
comment on column public.discovery_sessions.tracks_played is 'Proposed tracks that were played.';
comment on column public.discovery_sessions.tracks_skipped is 'Proposed tracks that were skipped.';
comment on column public.discovery_sessions.tracks_liked is 'Proposed tracks that were liked.';
comment on column public.discovery_sessions.tracks_added_to_library is 'Proposed tracks that were saved.';
comment on column public.discovery_sessions.total_play_time_ms is 'Time listened in the session, in milliseconds.';
comment on column public.discovery_sessions.average_play_percentage is 'Average share of a played track that was heard, 0 to 100.';
comment on column public.discovery_sessions.discovery_score is 'How well the proposals did, 0 to 1; null: not computed yet.';
comment on column public.discovery_sessions.user_satisfaction is 'How content the listener said they were, 0 to 1; null: they did not say.';
comment on column public.discovery_sessions.is_active is 'Whether it goes on: true exactly while ended_at is null.';
comment on column public.discovery_sessions.current_position is 'Position of the proposal the listener is at, from 0.';
comment on column public.discovery_sessions.started_at is 'Instant it began.';
comment on column public.discovery_sessions.ended_at is 'Instant it ended, not before started_at; null: it goes on.';
comment on column public.discovery_sessions.last_interaction_at is 'Instant of the listener''s last act in it; null: none yet.';
