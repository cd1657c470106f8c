create table public.playlist_follows (
  id bigint generated always as identity,
  user_id bigint not null,
  playlist_id bigint not null,
  folder_id bigint,
  notifications_enabled boolean not null default true,
  followed_at timestamptz not null default now(),
  constraint playlist_follows_pkey primary key (id),
  constraint playlist_follows_user_id_playlist_id_key unique (user_id, playlist_id),
  constraint playlist_follows_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint playlist_follows_playlist_id_fkey foreign key (playlist_id) references public.playlists (id) on delete cascade,
  constraint playlist_follows_folder_id_fkey foreign key (folder_id) references public.playlists (id) on delete set null
);

create index idx_playlist_follows_user_id on public.playlist_follows (user_id, followed_at desc, id desc);
create index idx_playlist_follows_playlist_id on public.playlist_follows (playlist_id, followed_at desc, id desc);
create index idx_playlist_follows_folder_id on public.playlist_follows (folder_id) where folder_id is not null;

-- Everyone sorts what they follow into their own folders.
create function public.playlist_follows_check_folder() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  perform 1
  from public.playlists
  where playlists.id = new.folder_id
    and (not playlists.folder_type or playlists.owner_id <> new.user_id);
  if found then
    raise exception 'user % has no folder %', new.user_id, new.folder_id
      using errcode = 'check_violation', schema = 'public', table = 'playlist_follows', column = 'folder_id',
        constraint = 'playlist_follows_folder';
  end if;
  return new;
end
$$;

comment on function public.playlist_follows_check_folder() is
  'Trigger: refuses a follow that lies in something else than a folder of the follower (playlist_follows_folder).';

create trigger playlist_follows_check_folder
  before insert or update of folder_id, user_id on public.playlist_follows
  for each row when (new.folder_id is not null)
  execute function public.playlist_follows_check_folder();

comment on table public.playlist_follows is 'Who follows which playlist.';
comment on column public.playlist_follows.id is 'Key.';
comment on column public.playlist_follows.user_id is 'The follower; deleting them deletes the row.';
comment on column public.playlist_follows.playlist_id is 'The list; deleting it deletes the row.';
comment on column public.playlist_follows.folder_id is 'The follower''s own folder it lies in; null: at the top.';
comment on column public.playlist_follows.notifications_enabled is 'Whether changes of the list stand in the follower''s feed.';
comment on column public.playlist_follows.followed_at is 'Instant they began to follow.';
