create table public.playlists (
  id bigint generated always as identity,
  uuid uuid not null default gen_random_uuid(),
  name text not null,
  owner_id bigint not null,
  visibility text not null default 'private',
  is_collaborative boolean not null default false,
  collaboration_mode text not null default 'invite_only',
  max_tracks_per_user integer,
  voting_enabled boolean not null default false,
  duplicate_policy text not null default 'allow',
  invite_epoch integer not null default 0,
  parent_id bigint,
  folder_type boolean not null default false,
  description text,
  cover_url text,
  tags jsonb not null default '[]',
  is_dynamic boolean not null default false,
  dynamic_rules jsonb,
  rules_evaluated_at timestamptz,
  share_token_hash text,
  share_password_hash text,
  share_expires_at timestamptz,
  share_visit_count integer not null default 0,
  share_last_visited_at timestamptz,
  play_count integer not null default 0,
  like_count integer not null default 0,
  share_count integer not null default 0,
  follower_count integer not null default 0,
  track_count integer not null default 0,
  total_duration_ms bigint not null default 0,
  extra_metadata jsonb not null default '{}',
  version integer not null default 1,
  last_modified_by bigint,
  copied_from_id bigint,
  deleted_at timestamptz,
  last_played_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  name_folded text collate "C" not null generated always as (left(public.music_fold(name), 500)) stored,
  search_vector tsvector not null generated always as (
    setweight(to_tsvector('public.music'::regconfig, name), 'A')
    || setweight(to_tsvector('public.music'::regconfig, coalesce(description, '')), 'B')
    || setweight(to_tsvector('public.music'::regconfig, tags), 'C')
  ) stored,
  constraint playlists_pkey primary key (id),
  constraint playlists_uuid_key unique (uuid),
  constraint playlists_share_token_hash_key unique (share_token_hash),
  constraint playlists_owner_id_fkey foreign key (owner_id) references public.users (id) on delete restrict,
  constraint playlists_parent_id_fkey foreign key (parent_id) references public.playlists (id) on delete restrict,
  constraint playlists_last_modified_by_fkey foreign key (last_modified_by) references public.users (id) on delete set null,
  constraint playlists_copied_from_id_fkey foreign key (copied_from_id) references public.playlists (id) on delete set null,
  constraint playlists_name_check check (char_length(name) between 1 and 255),
  constraint playlists_visibility_check check (visibility in ('private', 'unlisted', 'public')),
  constraint playlists_collaboration_mode_check check (collaboration_mode in ('open', 'approval_required', 'invite_only')),
  constraint playlists_max_tracks_per_user_check check (max_tracks_per_user >= 1),
  constraint playlists_duplicate_policy_check check (duplicate_policy in ('allow', 'skip', 'reject')),
  constraint playlists_invite_epoch_check check (invite_epoch >= 0),
  constraint playlists_description_check check (char_length(description) between 1 and 10000),
  constraint playlists_cover_url_check check (cover_url ~ '^https?://\S+$' and char_length(cover_url) <= 2000),
  constraint playlists_tags_check check (public.is_text_array(tags)),
  constraint ck_folder_not_dynamic check (not (folder_type and is_dynamic)),
  constraint playlists_folder_type_is_collaborative_check check (not (folder_type and is_collaborative)),
  constraint playlists_folder_type_track_count_check check (not folder_type or track_count = 0),
  constraint playlists_dynamic_rules_check check (
    (not is_dynamic or dynamic_rules is not null)
    and (dynamic_rules is null or jsonb_typeof(dynamic_rules) = 'object')
  ),
  constraint playlists_share_token_hash_check check (share_token_hash ~ '^[0-9a-f]{64}$'),
  constraint playlists_share_password_hash_check check (char_length(share_password_hash) between 1 and 255),
  constraint playlists_share_check check (
    share_token_hash is not null or (share_password_hash is null and share_expires_at is null)
  ),
  constraint playlists_share_visit_count_check check (share_visit_count >= 0),
  constraint playlists_play_count_check check (play_count >= 0),
  constraint playlists_like_count_check check (like_count >= 0),
  constraint playlists_share_count_check check (share_count >= 0),
  constraint playlists_follower_count_check check (follower_count >= 0),
  constraint playlists_track_count_check check (track_count >= 0),
  constraint playlists_total_duration_ms_check check (total_duration_ms >= 0),
  constraint playlists_extra_metadata_check check (jsonb_typeof(extra_metadata) = 'object'),
  constraint playlists_version_check check (version >= 1)
);

-- A person's lists, and the tree of their folders.
create index idx_playlists_owner_id on public.playlists (owner_id, updated_at desc, id desc);
create index idx_playlists_parent_id on public.playlists (parent_id, name_folded, id) where parent_id is not null;

-- Orders of the public lists, each with the key last.
create index idx_playlists_public_name on public.playlists (name_folded, id)
  where visibility = 'public' and deleted_at is null;
create index idx_playlists_public_updated_at on public.playlists (updated_at desc, id desc)
  where visibility = 'public' and deleted_at is null;
create index idx_playlists_public_created_at on public.playlists (created_at desc, id desc)
  where visibility = 'public' and deleted_at is null;
create index idx_playlists_public_follower_count on public.playlists (follower_count desc, id desc)
  where visibility = 'public' and deleted_at is null;
create index idx_playlists_public_play_count on public.playlists (play_count desc, id desc)
  where visibility = 'public' and deleted_at is null;
create index idx_playlists_public_like_count on public.playlists (like_count desc, id desc)
  where visibility = 'public' and deleted_at is null;
create index idx_playlists_public_track_count on public.playlists (track_count desc, id desc)
  where visibility = 'public' and deleted_at is null;

-- Filters, search, suggestions and typing errors.
create index idx_playlists_tags on public.playlists using gin (tags);
create index idx_playlists_search on public.playlists using gin (search_vector);
create index idx_playlists_name_trgm on public.playlists using gin (name_folded public.gin_trgm_ops);

-- Work that waits: rules to evaluate, deleted lists to purge.
create index idx_playlists_rules_evaluated_at on public.playlists (rules_evaluated_at nulls first, id)
  where is_dynamic and deleted_at is null;
create index idx_playlists_deleted_at on public.playlists (deleted_at) where deleted_at is not null;

create index idx_playlists_last_modified_by on public.playlists (last_modified_by) where last_modified_by is not null;
create index idx_playlists_copied_from_id on public.playlists (copied_from_id) where copied_from_id is not null;

create trigger playlists_set_updated_at
  before update of name, owner_id, visibility, is_collaborative, collaboration_mode,
    max_tracks_per_user, voting_enabled, duplicate_policy, parent_id, folder_type, description,
    cover_url, tags, is_dynamic, dynamic_rules, share_token_hash, share_password_hash,
    share_expires_at, extra_metadata, version, deleted_at
  on public.playlists
  for each row execute function public.set_updated_at();

comment on table public.playlists is 'Playlists, smart playlists and the folders that hold them.';
comment on column public.playlists.id is 'Key.';
comment on column public.playlists.uuid is 'What a link to the list names; random.';
comment on column public.playlists.name is 'Name, 1 to 255 characters.';
comment on column public.playlists.owner_id is 'The person it belongs to, who cannot be deleted before handing it over.';
comment on column public.playlists.visibility is 'private (owner and collaborators), unlisted (whoever has the link) or public.';
comment on column public.playlists.is_collaborative is 'Whether others than the owner may take part; never a folder.';
comment on column public.playlists.collaboration_mode is 'How others join: open, approval_required or invite_only.';
comment on column public.playlists.max_tracks_per_user is 'Entries one person may have in the list, from 1; null: no limit.';
comment on column public.playlists.voting_enabled is 'Whether entries can be voted on.';
comment on column public.playlists.duplicate_policy is 'What adding a track that is there does: allow, skip or reject.';
comment on column public.playlists.invite_epoch is 'Stands in every invitation link; raising it revokes them all. From 0.';
comment on column public.playlists.parent_id is 'The folder it lies in, of the same owner; null: at the top. No circles, at most 16 levels.';
comment on column public.playlists.folder_type is 'True: a folder, which holds lists and folders but no tracks.';
comment on column public.playlists.description is 'A few sentences, at most 10,000 characters; null: none.';
comment on column public.playlists.cover_url is 'Picture, an http or https address; null: none.';
comment on column public.playlists.tags is 'Tags: array of strings.';
comment on column public.playlists.is_dynamic is 'Whether the entries follow from the rules; never a folder.';
comment on column public.playlists.dynamic_rules is 'Rules, order and limit of a smart list: object; null: no rules.';
comment on column public.playlists.rules_evaluated_at is 'Instant the entries were last computed from the rules; null: never.';
comment on column public.playlists.share_token_hash is 'SHA-256 of the share link''s token, 64 hexadecimal digits; unique; null: not shared by link.';
comment on column public.playlists.share_password_hash is 'Password hash of the share link in PHC form; null: no password.';
comment on column public.playlists.share_expires_at is 'Instant the share link stops; null: never.';
comment on column public.playlists.share_visit_count is 'Times the share link was opened.';
comment on column public.playlists.share_last_visited_at is 'Instant the share link was last opened; null: never.';
comment on column public.playlists.play_count is 'Times the list was played.';
comment on column public.playlists.like_count is 'Times the list was liked.';
comment on column public.playlists.share_count is 'Times the list was shared.';
comment on column public.playlists.follower_count is 'Rows of playlist_follows that name the list; kept by triggers.';
comment on column public.playlists.track_count is 'Active entries; kept by triggers. A folder has none.';
comment on column public.playlists.total_duration_ms is 'Sum of the active entries'' tracks'' lengths in milliseconds, an unknown length as 0, a clip as its whole track; kept by triggers.';
comment on column public.playlists.extra_metadata is 'Anything else about the list: object.';
comment on column public.playlists.version is 'Grows by one with every change; handed out under the row''s lock. From 1.';
comment on column public.playlists.last_modified_by is 'The person behind the last change; null: the server, or someone who was deleted.';
comment on column public.playlists.copied_from_id is 'The list it was copied from; null: none, or it is gone.';
comment on column public.playlists.deleted_at is 'Instant it was deleted, after which it can be restored for a time; null: it stands.';
comment on column public.playlists.last_played_at is 'Instant it was last played; null: never.';
comment on column public.playlists.created_at is 'Instant the list was made.';
comment on column public.playlists.updated_at is 'Instant of the last change to the list or its entries; counters are none.';
comment on column public.playlists.name_folded is 'music_fold(name), at most 500 characters, ordered by code point; generated.';
comment on column public.playlists.search_vector is 'Words of the name (A), the description (B) and the tags (C); generated.';
