create table public.user_library (
  id bigint generated always as identity,
  user_id bigint not null,
  track_id bigint not null,
  tags jsonb not null default '[]',
  rating integer,
  notes text,
  is_favorite boolean not null default false,
  play_count integer not null default 0,
  skip_count integer not null default 0,
  total_play_time_ms bigint not null default 0,
  last_played_at timestamptz,
  added_at timestamptz not null default now(),
  constraint user_library_pkey primary key (id),
  constraint user_library_user_id_track_id_key unique (user_id, track_id),
  constraint user_library_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint user_library_track_id_fkey foreign key (track_id) references public.tracks (id) on delete cascade,
  constraint user_library_tags_check check (public.is_text_array(tags)),
  constraint user_library_rating_check check (rating between 1 and 5),
  constraint user_library_notes_check check (char_length(notes) between 1 and 10000),
  constraint user_library_play_count_check check (play_count >= 0),
  constraint user_library_skip_count_check check (skip_count >= 0),
  constraint user_library_total_play_time_ms_check check (total_play_time_ms >= 0)
);

-- Orders of a person's library, each with the key last. Unrated and unplayed tracks come last.
create index idx_user_library_added_at on public.user_library (user_id, added_at desc, id desc);
create index idx_user_library_rating on public.user_library (user_id, rating desc nulls last, id desc);
create index idx_user_library_play_count on public.user_library (user_id, play_count desc, id desc);
create index idx_user_library_last_played_at on public.user_library (user_id, last_played_at desc nulls last, id desc);
create index idx_user_library_favorites on public.user_library (user_id, added_at desc, id desc) where is_favorite;

create index idx_user_library_track_id on public.user_library (track_id);

comment on table public.user_library is 'Tracks a person saved, with their rating and notes.';
comment on column public.user_library.id is 'Key.';
comment on column public.user_library.user_id is 'The person; deleting them deletes the row.';
comment on column public.user_library.track_id is 'The track; deleting it deletes the row.';
comment on column public.user_library.tags is 'The person''s own tags: array of strings.';
comment on column public.user_library.rating is 'Rating, 1 to 5; null: unrated.';
comment on column public.user_library.notes is 'The person''s own notes, at most 10,000 characters; null: none.';
comment on column public.user_library.is_favorite is 'Whether it is one of their favourites.';
comment on column public.user_library.play_count is 'Listens of the person to the track.';
comment on column public.user_library.skip_count is 'Times the person skipped the track.';
comment on column public.user_library.total_play_time_ms is 'Time the person listened to the track, in milliseconds.';
comment on column public.user_library.last_played_at is 'Instant of the last listen; null: none.';
comment on column public.user_library.added_at is 'Instant it was saved.';
