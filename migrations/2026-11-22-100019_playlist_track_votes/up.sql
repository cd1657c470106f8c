create table public.playlist_track_votes (
  id bigint generated always as identity,
  playlist_track_id bigint not null,
  user_id bigint not null,
  vote_type integer not null,
  voted_at timestamptz not null default now(),
  constraint playlist_track_votes_pkey primary key (id),
  constraint playlist_track_votes_playlist_track_id_user_id_key unique (playlist_track_id, user_id),
  constraint playlist_track_votes_playlist_track_id_fkey foreign key (playlist_track_id) references public.playlist_tracks (id) on delete cascade,
  constraint playlist_track_votes_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint playlist_track_votes_vote_type_check check (vote_type in (-1, 1))
);

create index idx_playlist_track_votes_user_id on public.playlist_track_votes (user_id);

comment on table public.playlist_track_votes is 'Votes on entries, one for each person and entry; a retracted vote has no row.';
comment on column public.playlist_track_votes.id is 'Key.';
comment on column public.playlist_track_votes.playlist_track_id is 'The entry; deleting it deletes the vote.';
comment on column public.playlist_track_votes.user_id is 'The person; deleting them deletes the vote.';
comment on column public.playlist_track_votes.vote_type is '1 for the entry, -1 against it.';
comment on column public.playlist_track_votes.voted_at is 'Instant of the vote, or of its last change.';
