create table public.playlist_collaborators (
  id bigint generated always as identity,
  playlist_id bigint not null,
  user_id bigint not null,
  role text not null default 'editor',
  can_add_tracks boolean,
  can_remove_tracks boolean,
  can_reorder_tracks boolean,
  can_invite_others boolean,
  can_change_details boolean,
  invited_by bigint,
  invitation_status text not null default 'pending',
  tracks_added integer not null default 0,
  tracks_removed integer not null default 0,
  invited_at timestamptz not null default now(),
  joined_at timestamptz,
  last_active_at timestamptz,
  constraint playlist_collaborators_pkey primary key (id),
  constraint playlist_collaborators_playlist_id_user_id_key unique (playlist_id, user_id),
  constraint playlist_collaborators_playlist_id_fkey foreign key (playlist_id) references public.playlists (id) on delete cascade,
  constraint playlist_collaborators_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint playlist_collaborators_invited_by_fkey foreign key (invited_by) references public.users (id) on delete set null,
  constraint playlist_collaborators_role_check check (role in ('admin', 'editor', 'viewer')),
  constraint playlist_collaborators_invitation_status_check check (
    invitation_status in ('pending', 'accepted', 'declined', 'revoked', 'expired')
  ),
  constraint playlist_collaborators_joined_at_check check (invitation_status <> 'accepted' or joined_at is not null),
  constraint playlist_collaborators_tracks_added_check check (tracks_added >= 0),
  constraint playlist_collaborators_tracks_removed_check check (tracks_removed >= 0)
);

create index idx_playlist_collaborators_user_id on public.playlist_collaborators (user_id, invited_at desc, id desc);
create index idx_playlist_collaborators_invited_by on public.playlist_collaborators (invited_by) where invited_by is not null;

comment on table public.playlist_collaborators is 'People who were invited to a playlist, and what they may do; the owner has no row.';
comment on column public.playlist_collaborators.id is 'Key.';
comment on column public.playlist_collaborators.playlist_id is 'The list; deleting it deletes the row.';
comment on column public.playlist_collaborators.user_id is 'The person; deleting them deletes the row.';
comment on column public.playlist_collaborators.role is 'admin, editor or viewer.';
comment on column public.playlist_collaborators.can_add_tracks is 'Whether they may add entries; null: as the role says.';
comment on column public.playlist_collaborators.can_remove_tracks is 'Whether they may remove entries; null: as the role says.';
comment on column public.playlist_collaborators.can_reorder_tracks is 'Whether they may move entries; null: as the role says.';
comment on column public.playlist_collaborators.can_invite_others is 'Whether they may invite; null: as the role says.';
comment on column public.playlist_collaborators.can_change_details is 'Whether they may change name, description and settings; null: as the role says.';
comment on column public.playlist_collaborators.invited_by is 'The person who invited; null: joined by link, or someone who was deleted.';
comment on column public.playlist_collaborators.invitation_status is 'pending, accepted, declined, revoked or expired.';
comment on column public.playlist_collaborators.tracks_added is 'Entries they have added since they joined.';
comment on column public.playlist_collaborators.tracks_removed is 'Entries they have removed since they joined.';
comment on column public.playlist_collaborators.invited_at is 'Instant of the invitation.';
comment on column public.playlist_collaborators.joined_at is 'Instant they accepted; null: they never did.';
comment on column public.playlist_collaborators.last_active_at is 'Instant of their last change to the list; null: none yet.';
