create table public.user_album_collections (
  id bigint generated always as identity,
  user_id bigint not null,
  album_id bigint not null,
  tags jsonb not null default '[]',
  play_count integer not null default 0,
  added_at timestamptz not null default now(),
  constraint user_album_collections_pkey primary key (id),
  constraint user_album_collections_user_id_album_id_key unique (user_id, album_id),
  constraint user_album_collections_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint user_album_collections_album_id_fkey foreign key (album_id) references public.albums (id) on delete cascade,
  constraint user_album_collections_tags_check check (public.is_text_array(tags)),
  constraint user_album_collections_play_count_check check (play_count >= 0)
);

create index idx_user_album_collections_added_at on public.user_album_collections (user_id, added_at desc, id desc);
create index idx_user_album_collections_album_id on public.user_album_collections (album_id);

comment on table public.user_album_collections is 'Albums a person saved.';
comment on column public.user_album_collections.id is 'Key.';
comment on column public.user_album_collections.user_id is 'The person; deleting them deletes the row.';
comment on column public.user_album_collections.album_id is 'The album; deleting it deletes the row.';
comment on column public.user_album_collections.tags is 'The person''s own tags: array of strings.';
comment on column public.user_album_collections.play_count is 'Times the person played the album.';
comment on column public.user_album_collections.added_at is 'Instant it was saved.';
