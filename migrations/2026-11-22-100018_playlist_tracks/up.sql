create table public.playlist_tracks (
  id bigint generated always as identity,
  playlist_id bigint not null,
  track_id bigint not null,
  position bigint,
  status text not null default 'active',
  added_by bigint,
  added_at timestamptz not null default now(),
  upvotes integer not null default 0,
  downvotes integer not null default 0,
  vote_count integer not null generated always as (upvotes - downvotes) stored,
  is_locked boolean not null default false,
  custom_note text,
  rejection_reason text,
  start_time_ms integer,
  end_time_ms integer,
  constraint playlist_tracks_pkey primary key (id),
  -- Checked at the end of the transaction, so that moves may pass through one another.
  constraint playlist_tracks_position_key unique (playlist_id, position) deferrable initially deferred,
  constraint playlist_tracks_playlist_id_fkey foreign key (playlist_id) references public.playlists (id) on delete cascade,
  constraint playlist_tracks_track_id_fkey foreign key (track_id) references public.tracks (id) on delete restrict,
  constraint playlist_tracks_added_by_fkey foreign key (added_by) references public.users (id) on delete set null,
  constraint playlist_tracks_status_check check (status in ('active', 'proposed', 'rejected')),
  constraint playlist_tracks_position_status_check check ((position is not null) = (status = 'active')),
  constraint playlist_tracks_upvotes_check check (upvotes >= 0),
  constraint playlist_tracks_downvotes_check check (downvotes >= 0),
  constraint playlist_tracks_custom_note_check check (char_length(custom_note) between 1 and 500),
  constraint playlist_tracks_rejection_reason_check check (
    rejection_reason is null or (status = 'rejected' and char_length(rejection_reason) between 1 and 500)
  ),
  constraint playlist_tracks_start_time_ms_check check (start_time_ms >= 0),
  constraint playlist_tracks_end_time_ms_check check (end_time_ms > coalesce(start_time_ms, 0))
);

-- An index of (playlist_id) alone, or a second one of (playlist_id, position) beside the key, would
-- be redundant. The first goes on to the track, for "is it in the list already"; the second holds
-- what a page and a walk through the whole list read, and active entries only.
create index idx_playlist_tracks_playlist_id on public.playlist_tracks (playlist_id, track_id);
create index idx_playlist_tracks_position on public.playlist_tracks (playlist_id, position, id)
  include (track_id)
  where status = 'active';
create index idx_playlist_tracks_track_id on public.playlist_tracks (track_id);

-- Other orders of a list, and its proposals. The second counts what one person has in it.
create index idx_playlist_tracks_vote_count on public.playlist_tracks (playlist_id, vote_count desc, added_at, id);
create index idx_playlist_tracks_added_by on public.playlist_tracks (added_by, playlist_id) where added_by is not null;
create index idx_playlist_tracks_proposed on public.playlist_tracks (playlist_id, added_at, id) where status = 'proposed';

comment on table public.playlist_tracks is 'Entries of playlists; a track may stand in a list more than once.';
comment on column public.playlist_tracks.id is 'Key; stays with the entry through every move.';
comment on column public.playlist_tracks.playlist_id is 'The list; deleting it deletes the entry.';
comment on column public.playlist_tracks.track_id is 'The track, which cannot be deleted while it stands in a list.';
comment on column public.playlist_tracks.position is 'Sparse key of the order, unique in the list at the end of a transaction, any sign; null: not active.';
comment on column public.playlist_tracks.status is 'active, proposed (waits for approval) or rejected.';
comment on column public.playlist_tracks.added_by is 'The person who added it; null: the server, or someone who was deleted.';
comment on column public.playlist_tracks.added_at is 'Instant it was added; a move does not change it.';
comment on column public.playlist_tracks.upvotes is 'Votes for the entry; kept by triggers.';
comment on column public.playlist_tracks.downvotes is 'Votes against the entry; kept by triggers.';
comment on column public.playlist_tracks.vote_count is 'upvotes less downvotes; generated.';
comment on column public.playlist_tracks.is_locked is 'Whether the entry may not be moved or removed.';
comment on column public.playlist_tracks.custom_note is 'A note of the person who added it, at most 500 characters; null: none.';
comment on column public.playlist_tracks.rejection_reason is 'Why it was rejected, at most 500 characters; null: not rejected, or no reason given.';
comment on column public.playlist_tracks.start_time_ms is 'Where in the track to begin, in milliseconds from 0; null: at its beginning.';
comment on column public.playlist_tracks.end_time_ms is 'Where in the track to stop, in milliseconds, after start_time_ms; null: at its end.';
