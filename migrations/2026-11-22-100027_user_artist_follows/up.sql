create table public.user_artist_follows (
  id bigint generated always as identity,
  user_id bigint not null,
  artist_id bigint not null,
  follow_source text,
  notifications_enabled boolean not null default true,
  followed_at timestamptz not null default now(),
  constraint user_artist_follows_pkey primary key (id),
  constraint user_artist_follows_user_id_artist_id_key unique (user_id, artist_id),
  constraint user_artist_follows_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint user_artist_follows_artist_id_fkey foreign key (artist_id) references public.artists (id) on delete cascade,
  constraint user_artist_follows_follow_source_check check (
    follow_source in ('playlist', 'album', 'artist', 'radio', 'search', 'discovery', 'library', 'other')
  )
);

create index idx_user_artist_follows_followed_at on public.user_artist_follows (user_id, followed_at desc, id desc);
create index idx_user_artist_follows_artist_id on public.user_artist_follows (artist_id);

comment on table public.user_artist_follows is 'Who follows which artist.';
comment on column public.user_artist_follows.id is 'Key.';
comment on column public.user_artist_follows.user_id is 'The follower; deleting them deletes the row.';
comment on column public.user_artist_follows.artist_id is 'The artist; deleting them deletes the row.';
comment on column public.user_artist_follows.follow_source is 'Where they came upon the artist: playlist, album, artist, radio, search, discovery, library or other; null: not known.';
comment on column public.user_artist_follows.notifications_enabled is 'Whether new releases stand in the follower''s feed.';
comment on column public.user_artist_follows.followed_at is 'Instant they began to follow.';
