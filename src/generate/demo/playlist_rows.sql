-- The rows of the playlists as their history left them.

-- The folder is the list's parent, so it comes first.
insert into public.playlists (name, owner_id, folder_type, description, created_at, updated_at, last_modified_by)
select 'Moods', demo_people.user_id, true, 'Lists for days of one colour.', now() - interval '96 days', now() - interval '96 days', demo_people.user_id
from demo_people
where demo_people.name = 'ada';

insert into public.playlist_activities (playlist_id, user_id, activity_type, activity_data, playlist_version, created_at)
select
  playlists.id, playlists.owner_id, 'created',
  '{"before": {}, "after": {"name": "Moods", "visibility": "private", "description": "Lists for days of one colour."}}', 1, playlists.created_at
from public.playlists
where playlists.folder_type;

insert into public.playlists (
  name, owner_id, visibility, is_collaborative, collaboration_mode, max_tracks_per_user, voting_enabled, duplicate_policy,
  parent_id, description, tags, is_dynamic, dynamic_rules, rules_evaluated_at, play_count, like_count, share_count,
  version, last_modified_by, last_played_at, created_at, updated_at
)
select
  demo_lists.name,
  demo_lists.owner_id,
  demo_lists.visibility,
  exists (select from demo_collaborators where demo_collaborators.key = demo_lists.key),
  case demo_lists.key when 'jukebox' then 'open' when 'wedding' then 'approval_required' else 'invite_only' end,
  case demo_lists.key when 'jukebox' then 40 end,
  demo_lists.key in ('friday', 'jukebox', 'wedding'),
  case demo_lists.key when 'jukebox' then 'skip' when 'friday' then 'reject' else 'allow' end,
  case when demo_lists.key in ('slow', 'bright') then (select playlists.id from public.playlists where playlists.folder_type) end,
  demo_lists.description,
  demo_lists.tags,
  demo_lists.key = 'rules',
  case when demo_lists.key = 'rules' then
    '{"rules": {"all": [{"field": "genre", "operator": "any_of", "value": ["punk", "post-punk"]},
      {"field": "duration_ms", "operator": "lt", "value": 210000}]},
      "order_by": [{"field": "title", "direction": "asc"}], "limit": 40, "evaluate_as": "owner", "refresh_every_seconds": 86400}'::jsonb
  end,
  case when demo_lists.key = 'rules' then last.at end,
  floor(900 * pg_temp.roll('plays ' || demo_lists.key) ^ 2) * least(demo_lists.entries, 1),
  floor(60 * pg_temp.roll('likes ' || demo_lists.key)) * least(demo_lists.entries, 1),
  floor(12 * pg_temp.roll('shares ' || demo_lists.key)) * least(demo_lists.entries, 1),
  last.version,
  last.user_id,
  case when demo_lists.entries > 0 then now() - interval '5 days' * pg_temp.roll('played ' || demo_lists.key) end,
  demo_lists.created_at,
  last.at
from demo_lists
join lateral (
  select version, at, user_id
  from demo_events
  where demo_events.key = demo_lists.key
  order by version desc
  limit 1
) as last on true
order by demo_lists.created_at;

update demo_lists
set playlist_id = playlists.id
from public.playlists
where playlists.name = demo_lists.name and playlists.owner_id = demo_lists.owner_id;

-- The entries as they stand, the places 1024 apart. Those taken out again are in for a moment, so
-- that the history names keys that were theirs.
insert into public.playlist_tracks (
  playlist_id, track_id, position, status, added_by, added_at, is_locked, custom_note, rejection_reason, start_time_ms, end_time_ms
)
select
  demo_lists.playlist_id,
  entry.track_id,
  case when entry.status = 'active' then (entry.place + 1) * 1024 when entry.status = 'removed' then (entry.place + 1001) * 1024 end,
  case when entry.status = 'removed' then 'active' else entry.status end,
  entry.added_by,
  added.at,
  locked.at is not null,
  demo_notes.note,
  case when entry.status = 'rejected' then 'Lovely, but nobody can dance to it.' end,
  demo_notes.start_time_ms,
  demo_notes.end_time_ms
from demo_entries as entry
join demo_lists on demo_lists.key = entry.key
join demo_events as added
  on added.key = entry.key
  and case
    when entry.status in ('proposed', 'rejected') then added.type = 'item_proposed' and added.track_id = entry.track_id
    else added.type = 'item_added' and added.batch = case when entry.status = 'removed' then -1 else entry.batch end
  end
left join demo_events as locked on locked.key = entry.key and locked.type = 'item_locked' and locked.track_id = entry.track_id
left join demo_notes on demo_notes.key = entry.key and demo_notes.track_id = entry.track_id
order by added.at, entry.place;

update demo_entries
set entry_id = playlist_tracks.id
from demo_lists
join public.playlist_tracks on playlist_tracks.playlist_id = demo_lists.playlist_id
where demo_lists.key = demo_entries.key and playlist_tracks.track_id = demo_entries.track_id;

insert into public.playlist_track_votes (playlist_track_id, user_id, vote_type, voted_at)
select demo_entries.entry_id, event.user_id, (event.data ->> 'value')::integer, event.at
from demo_events as event
join demo_entries on demo_entries.key = event.key and demo_entries.track_id = event.track_id
where event.type = 'vote_cast'
order by event.at;

-- The events as activities tell them. Places are dense and count from zero, as people saw them:
-- an entry stood behind all that had come before it, and the moved one was counted last.
with placed as (
  select
    entry.*,
    -- The moved entry is the only one whose first place is not its place.
    entry.status = 'active' and entry.place = 1 and demo_lists.entries >= 20 and entry.key <> 'rules' as is_moved,
    demo_lists.entries,
    added.at as added_at
  from demo_entries as entry
  join demo_lists on demo_lists.key = entry.key
  join public.playlist_tracks on playlist_tracks.id = entry.entry_id
  cross join lateral (select playlist_tracks.added_at as at) as added
),
items as (
  select
    placed.key,
    case when placed.status = 'removed' then -1 else placed.batch end as batch,
    count(*) as items,
    jsonb_agg(
      jsonb_build_object(
        'item_id', placed.entry_id, 'track_id', placed.track_id, 'added_by', placed.added_by, 'added_at', placed.added_at)
      order by placed.is_moved, placed.place) as added,
    jsonb_agg(
      jsonb_build_object(
        'item_id', placed.entry_id, 'track_id', placed.track_id, 'added_by', placed.added_by, 'added_at', placed.added_at,
        'note', null)
      order by placed.place) as removed
  from placed
  where placed.status in ('active', 'removed')
  group by placed.key, case when placed.status = 'removed' then -1 else placed.batch end
),
-- How many entries a list had before an event: what was added less what was removed until then.
counted as (
  select
    event.key,
    event.version,
    coalesce(
      sum(case event.type when 'item_added' then items.items when 'item_removed' then - items.items else 0 end) over (
        partition by event.key order by event.version rows between unbounded preceding and 1 preceding),
      0)::integer as entries_before
  from demo_events as event
  left join items on items.key = event.key and items.batch = event.batch
),
-- The two that were removed stood where they had been added: others came behind them.
first_place as (
  select counted.key, counted.entries_before as place
  from counted
  join demo_events as event using (key, version)
  where event.type = 'item_added' and event.batch = -1
)
insert into public.playlist_activities (playlist_id, user_id, activity_type, activity_data, playlist_version, created_at)
select
  demo_lists.playlist_id,
  event.user_id,
  event.type,
  case event.type
    when 'item_added' then jsonb_build_object('items', items.added, 'at_position', counted.entries_before)
    when 'item_removed' then jsonb_build_object(
      'items',
      (
        select jsonb_agg(item.value || jsonb_build_object('position', first_place.place + item.n - 1) order by item.n)
        from jsonb_array_elements(items.removed) with ordinality as item (value, n)
      ),
      'reason', 'One list, one mood: these two did not fit.')
    when 'item_moved' then jsonb_build_object(
      'item_ids', jsonb_build_array(one.entry_id), 'from_positions', jsonb_build_array(one.entries - 1), 'to_position', 1)
    when 'item_updated' then jsonb_build_object(
      'item_id', one.entry_id,
      'before', case when demo_notes.note is not null then '{"note": null}' else '{"start_time_ms": null, "end_time_ms": null}' end::jsonb,
      'after', case
        when demo_notes.note is not null then jsonb_build_object('note', demo_notes.note)
        else jsonb_build_object('start_time_ms', demo_notes.start_time_ms, 'end_time_ms', demo_notes.end_time_ms)
      end)
    when 'item_locked' then jsonb_build_object('item_id', one.entry_id, 'before', '{"is_locked": false}'::jsonb, 'after', '{"is_locked": true}'::jsonb)
    when 'item_proposed' then jsonb_build_object(
      'items', jsonb_build_array(jsonb_build_object(
        'item_id', one.entry_id, 'track_id', one.track_id, 'added_by', one.added_by, 'added_at', one.added_at)),
      'at_position', counted.entries_before)
    when 'item_rejected' then jsonb_build_object(
      'items', jsonb_build_array(jsonb_build_object(
        'item_id', one.entry_id, 'track_id', one.track_id, 'position', null, 'added_by', one.added_by,
        'added_at', one.added_at, 'note', null)),
      'reason', 'Lovely, but nobody can dance to it.')
    when 'vote_cast' then event.data || jsonb_build_object(
      'item_id', one.entry_id,
      'new_score', sum((event.data ->> 'value')::integer) over (
        partition by event.key, event.type, event.track_id order by event.version))
    when 'commented' then event.data || case
      when one.entry_id is null then '{}'::jsonb
      else jsonb_build_object('item_id', one.entry_id)
    end
    else event.data
  end,
  event.version,
  event.at
from demo_events as event
join demo_lists on demo_lists.key = event.key
join counted on counted.key = event.key and counted.version = event.version
left join items on items.key = event.key and items.batch = event.batch
left join placed as one on one.key = event.key and one.track_id = event.track_id
left join demo_notes on demo_notes.key = event.key and demo_notes.track_id = event.track_id and event.type = 'item_updated'
left join first_place on first_place.key = event.key
order by event.at, demo_lists.playlist_id;

delete from public.playlist_tracks
using demo_entries
where demo_entries.entry_id = playlist_tracks.id and demo_entries.status = 'removed';

insert into public.playlist_collaborators (
  playlist_id, user_id, role, can_remove_tracks, can_invite_others, invited_by, invitation_status, tracks_added, tracks_removed,
  invited_at, joined_at, last_active_at
)
select
  demo_lists.playlist_id,
  collaborator.user_id,
  collaborator.role,
  collaborator.can_remove_tracks,
  collaborator.can_invite_others,
  demo_lists.owner_id,
  collaborator.status,
  (
    select count(*)
    from demo_entries
    where demo_entries.key = collaborator.key and demo_entries.added_by = collaborator.user_id and demo_entries.status = 'active'
  ),
  0,
  invited.at,
  joined.at,
  (
    select max(event.at)
    from demo_events as event
    where event.key = collaborator.key and event.user_id = collaborator.user_id and event.type <> 'collaborator_joined'
  )
from demo_collaborators as collaborator
join demo_lists on demo_lists.key = collaborator.key
join demo_events as invited
  on invited.key = collaborator.key and invited.type = 'collaborator_invited' and (invited.data ->> 'user_id')::bigint = collaborator.user_id
left join demo_events as joined
  on joined.key = collaborator.key and joined.type = 'collaborator_joined' and joined.user_id = collaborator.user_id
order by invited.at;
