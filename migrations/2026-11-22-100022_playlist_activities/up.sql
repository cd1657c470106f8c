create table public.playlist_activities (
  id bigint generated always as identity,
  playlist_id bigint not null,
  user_id bigint,
  activity_type text not null,
  activity_data jsonb not null default '{}',
  playlist_version integer not null,
  client_mutation_id text,
  undone_by_version integer,
  created_at timestamptz not null default now(),
  constraint playlist_activities_pkey primary key (id, created_at),
  constraint playlist_activities_playlist_id_fkey foreign key (playlist_id) references public.playlists (id) on delete cascade,
  constraint playlist_activities_user_id_fkey foreign key (user_id) references public.users (id) on delete set null,
  constraint playlist_activities_activity_type_check check (
    activity_type in (
      'created', 'renamed', 'details_changed', 'item_added', 'item_removed', 'item_moved',
      'item_updated', 'item_locked', 'item_unlocked', 'item_proposed', 'item_approved',
      'item_rejected', 'items_sorted', 'items_deduped', 'vote_cast', 'collaborator_invited',
      'collaborator_joined', 'collaborator_updated', 'collaborator_removed',
      'ownership_transferred', 'rules_changed', 'smart_refreshed', 'shared', 'share_revoked',
      'commented', 'reverted', 'deleted', 'restored', 'track_merged'
    )
  ),
  constraint playlist_activities_activity_data_check check (jsonb_typeof(activity_data) = 'object'),
  constraint playlist_activities_playlist_version_check check (playlist_version >= 1),
  constraint playlist_activities_client_mutation_id_check check (char_length(client_mutation_id) between 1 and 100),
  constraint playlist_activities_undone_by_version_check check (undone_by_version > playlist_version)
) partition by range (created_at);

create index idx_playlist_activities_version on public.playlist_activities (playlist_id, playlist_version);
create index idx_playlist_activities_client_mutation_id
  on public.playlist_activities (playlist_id, user_id, client_mutation_id)
  where client_mutation_id is not null;
create index idx_playlist_activities_user_id on public.playlist_activities (user_id, created_at desc, id desc);

create table partitions.playlist_activities_default partition of public.playlist_activities default;

select ops.ensure_partitions(
  (now() - interval '24 months')::date,
  (now() + interval '3 months')::date
);

comment on table public.playlist_activities is 'Every change of every playlist, one row a version; partitioned by month of created_at.';
comment on column public.playlist_activities.id is 'Key, with created_at.';
comment on column public.playlist_activities.playlist_id is 'The list; deleting it for good deletes its history.';
comment on column public.playlist_activities.user_id is 'The person behind the change; null: the server, or someone who was deleted.';
comment on column public.playlist_activities.activity_type is 'What was done.';
comment on column public.playlist_activities.activity_data is 'What was before and what is after, enough to undo it: object.';
comment on column public.playlist_activities.playlist_version is 'The version the change produced, from 1; one row for each version of a list.';
comment on column public.playlist_activities.client_mutation_id is 'The client''s name of the call, at most 100 characters; one call for each name, list and person; null: not named.';
comment on column public.playlist_activities.undone_by_version is 'The version of the later change that undid this one; null: not undone.';
comment on column public.playlist_activities.created_at is 'Instant of the change.';
