-- playlists_name_check
/* refused  */ update playlists set name = repeat('a', 256) where id = 1;
/* accepted */ update playlists set name = repeat('a', 255) where id = 1;

-- playlists_name_check
/* refused  */ update playlists set name = '' where id = 1;
/* accepted */ update playlists set name = 'a' where id = 1;

-- playlists_visibility_check
/* refused  */ update playlists set visibility = 'secret' where id = 1;
/* accepted */ update playlists set visibility = 'unlisted' where id = 1;

-- playlists_collaboration_mode_check
/* refused  */ update playlists set collaboration_mode = 'closed' where id = 1;
/* accepted */ update playlists set collaboration_mode = 'approval_required' where id = 1;

-- playlists_max_tracks_per_user_check
/* refused  */ update playlists set max_tracks_per_user = 0 where id = 1;
/* accepted */ update playlists set max_tracks_per_user = 1 where id = 1;

-- playlists_duplicate_policy_check
/* refused  */ update playlists set duplicate_policy = 'merge' where id = 1;
/* accepted */ update playlists set duplicate_policy = 'skip' where id = 1;

-- playlists_invite_epoch_check
/* refused  */ update playlists set invite_epoch = -1 where id = 1;
/* accepted */ update playlists set invite_epoch = 0 where id = 1;

-- playlists_description_check
/* refused  */ update playlists set description = repeat('a', 10001) where id = 1;
/* accepted */ update playlists set description = repeat('a', 10000) where id = 1;

-- playlists_description_check
/* refused  */ update playlists set description = '' where id = 1;
/* accepted */ update playlists set description = 'a' where id = 1;

-- playlists_cover_url_check
/* refused  */ update playlists set cover_url = 'ftp://example.org/a' where id = 1;
/* accepted */ update playlists set cover_url = 'http://example.org/a' where id = 1;

-- playlists_cover_url_check
/* refused  */ update playlists set cover_url = 'https://' || repeat('a', 1993) where id = 1;
/* accepted */ update playlists set cover_url = 'https://' || repeat('a', 1992) where id = 1;

-- playlists_cover_url_check
/* refused  */ update playlists set cover_url = 'https://example.org/a b' where id = 1;
/* accepted */ update playlists set cover_url = 'https://example.org/a%20b' where id = 1;

-- playlists_tags_check
/* refused  */ update playlists set tags = '["a", 1]' where id = 1;
/* accepted */ update playlists set tags = '[]' where id = 1;

-- ck_folder_not_dynamic
/* refused  */ update playlists set is_dynamic = true, dynamic_rules = '{}' where id = 2;
/* accepted */ update playlists set is_dynamic = false, dynamic_rules = '{}' where id = 2;

-- playlists_folder_type_is_collaborative_check
/* refused  */ update playlists set is_collaborative = true where id = 2;
/* accepted */ update playlists set is_collaborative = false where id = 2;

-- playlists_folder_type_track_count_check
/* refused  */ update playlists set folder_type = true where id = 1;
/* accepted */ update playlists set folder_type = true where id = 5;

-- playlists_dynamic_rules_check
/* refused  */ update playlists set is_dynamic = true where id = 1;
/* accepted */ update playlists set is_dynamic = true, dynamic_rules = '{}' where id = 1;

-- playlists_dynamic_rules_check
/* refused  */ update playlists set dynamic_rules = '[]' where id = 1;
/* accepted */ update playlists set dynamic_rules = '{}' where id = 1;

-- playlists_share_token_hash_check
/* refused  */ update playlists set share_token_hash = repeat('0A', 32) where id = 1;
/* accepted */ update playlists set share_token_hash = repeat('0a', 32) where id = 1;

-- playlists_share_token_hash_check
/* refused  */ update playlists set share_token_hash = repeat('0a', 31) where id = 1;
/* accepted */ update playlists set share_token_hash = repeat('f9', 32) where id = 1;

-- playlists_share_password_hash_check
/* refused  */
update playlists
set share_token_hash = repeat('0a', 32), share_password_hash = ''
where id = 1;
/* accepted */
update playlists
set share_token_hash = repeat('0a', 32), share_password_hash = 'x'
where id = 1;

-- playlists_share_password_hash_check
/* refused  */
update playlists
set share_token_hash = repeat('0a', 32), share_password_hash = repeat('a', 256)
where id = 1;
/* accepted */
update playlists
set share_token_hash = repeat('0a', 32), share_password_hash = repeat('a', 255)
where id = 1;

-- playlists_share_check
/* refused  */ update playlists set share_password_hash = 'x' where id = 1;
/* accepted */
update playlists
set share_password_hash = 'x', share_token_hash = repeat('0a', 32), share_expires_at = now()
where id = 1;

-- playlists_share_check
/* refused  */ update playlists set share_expires_at = now() where id = 1;
/* accepted */
update playlists
set share_token_hash = repeat('0a', 32), share_expires_at = now()
where id = 1;

-- playlists_share_visit_count_check
/* refused  */ update playlists set share_visit_count = -1 where id = 1;
/* accepted */ update playlists set share_visit_count = 0 where id = 1;

-- playlists_play_count_check
/* refused  */ update playlists set play_count = -1 where id = 1;
/* accepted */ update playlists set play_count = 0 where id = 1;

-- playlists_like_count_check
/* refused  */ update playlists set like_count = -1 where id = 1;
/* accepted */ update playlists set like_count = 0 where id = 1;

-- playlists_share_count_check
/* refused  */ update playlists set share_count = -1 where id = 1;
/* accepted */ update playlists set share_count = 0 where id = 1;

-- playlists_follower_count_check
/* refused  */ update playlists set follower_count = -1 where id = 1;
/* accepted */ update playlists set follower_count = 0 where id = 1;

-- playlists_track_count_check
/* refused  */ update playlists set track_count = -1 where id = 1;
/* accepted */ update playlists set track_count = 0 where id = 1;

-- playlists_total_duration_ms_check
/* refused  */ update playlists set total_duration_ms = -1 where id = 1;
/* accepted */ update playlists set total_duration_ms = 0 where id = 1;

-- playlists_extra_metadata_check
/* refused  */ update playlists set extra_metadata = '[]' where id = 1;
/* accepted */ update playlists set extra_metadata = '{}' where id = 1;

-- playlists_version_check
/* refused  */ update playlists set version = 0 where id = 1;
/* accepted */ update playlists set version = 1 where id = 1;

-- playlists_uuid_key
/* refused  */ update playlists set uuid = '00000000-0000-4000-8000-000000000001' where id in (1, 5);
/* accepted */ update playlists set uuid = '00000000-0000-4000-8000-000000000001' where id = 1;

-- playlists_share_token_hash_key
/* refused  */ update playlists set share_token_hash = repeat('0a', 32) where id in (1, 5);
/* accepted */ update playlists set share_token_hash = null where id in (1, 5);

-- playlists_owner_id_fkey
/* refused  */ delete from users where id = 1;
/* accepted */ delete from playlists where owner_id = 2;

-- playlists_parent_id_fkey
/* refused  */ delete from playlists where id = 2;
/* accepted */ delete from playlists where id = 3;

-- playlists_parent_folder
/* refused  */ update playlists set parent_id = 1 where id = 2;
/* accepted */ update playlists set parent_id = 2 where id = 1;

-- playlists_parent_folder
/* refused  */ update playlists set parent_id = 4 where id = 1;
/* accepted */ update playlists set parent_id = 3 where id = 1;

-- playlists_parent_folder
/* refused  */ update playlists set owner_id = 2 where id = 2;
/* accepted */ update playlists set owner_id = 2 where id in (2, 3);

-- playlists_parent_folder
/* refused  */ update playlists set folder_type = false where id = 2;
/* accepted */ update playlists set folder_type = false where id = 3;

-- playlists_parent_cycle
/* refused  */ update playlists set parent_id = 3 where id = 2;
/* accepted */ update playlists set parent_id = null where id = 3;

-- playlists_parent_depth
/* refused  */
with recursive level (n) as (
  values (101)
  union all
  select n + 1
  from level
  where n < 117
)
insert into playlists (id, name, owner_id, folder_type, parent_id)
  overriding system value
select n, 'F' || n, 1, true, case when n > 101 then n - 1 end
from level;
/* accepted */
with recursive level (n) as (
  values (101)
  union all
  select n + 1
  from level
  where n < 116
)
insert into playlists (id, name, owner_id, folder_type, parent_id)
  overriding system value
select n, 'F' || n, 1, true, case when n > 101 then n - 1 end
from level;
