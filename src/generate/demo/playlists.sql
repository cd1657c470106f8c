-- Playlists with their whole history. What happened is written down first, step by step; the lists,
-- entries, votes and activities all follow from that, so that they agree with one another.
create temporary table demo_lists on commit drop as
select
  list.*,
  demo_people.user_id as owner_id,
  null::bigint as playlist_id,
  now() - interval '1 day' * list.days as created_at
from (
  values
    -- key, name, first name, owner, visibility, entries, days ago, days worked on, genres, from year, to year, tags, description
    ('jukebox', 'The Big Shared Jukebox', 'Shared Jukebox', 'ada', 'public', 128, 270, 265, null, null, null,
      '["collaborative", "everything", "party"]'::jsonb, 'Everybody adds, nobody skips. One rule: introduce what you add.'),
    ('friday', 'Friday Office Vote', 'Office Playlist', 'bruno', 'public', 50, 120, 118, null, null, null,
      '["voting", "office", "weekly"]', 'Fifty songs, one speaker. Vote until four o''clock; the top ten are played.'),
    ('midnight', 'Trip Hop After Midnight', 'Late Stuff', 'chiara', 'public', 34, 240, 90, '{trip-hop,downtempo}', null, null,
      '["night", "slow", "bass"]', 'Slow beats for the hours when the street lamps are the only audience.'),
    ('clouds', 'Shoegaze and Other Clouds', 'Clouds', 'dmitri', 'public', 30, 210, 60, '{shoegaze,dream-pop,post-rock}', null, null,
      '["guitars", "haze"]', 'Voices under water, guitars above them.'),
    ('kitchen', 'Kitchen Disco', 'Kitchen Disco', 'elif', 'public', 44, 180, 170, '{disco,funk,french-house}', null, null,
      '["dance", "cooking", "weekend"]', 'Tested on pasta, risotto and one unfortunate souffle.'),
    ('modal', 'Modal Mornings', 'Jazz for Breakfast', 'farid', 'public', 28, 250, 40, '{modal-jazz,cool-jazz,hard-bop}', null, null,
      '["jazz", "morning", "coffee"]', 'Two chords, one pot of coffee.'),
    ('shout', 'Songs That Shout', 'Punk', 'greta', 'public', 36, 150, 30, '{punk,post-punk}', null, null,
      '["loud", "short"]', 'Fast, short, and right about most things.'),
    ('roads', 'Long Roads, Loud Guitars', 'Road Trip', 'hana', 'public', 60, 200, 150, '{rock,hard-rock,folk-rock}', null, null,
      '["driving", "summer", "rock"]', 'For journeys of more than three hours and windows that open.'),
    ('focus', 'Deep Focus', 'Work', 'ivo', 'public', 26, 160, 20, '{ambient,minimalism,ambient-techno}', null, null,
      '["calm", "work", "instrumental"]', 'Nothing sings, nothing startles. Good for proofs and proofreading.'),
    ('empty', 'Songs I Will Definitely Add Later', 'Songs I Will Definitely Add Later', 'jonas', 'public', 0, 25, 0, null, null, null,
      '["someday"]', 'Under construction since the day it was made.'),
    ('balcony', 'Bossa on the Balcony', 'Balcony', 'kaja', 'public', 24, 130, 70, '{bossa-nova,son-cubano,morna}', null, null,
      '["summer", "evening", "acoustic"]', 'Warm evenings from Rio, Havana and Mindelo.'),
    ('metal', 'Heavy Metal Primer', 'Metal 101', 'liam', 'public', 40, 220, 100, '{heavy-metal,thrash-metal,hard-rock}', null, null,
      '["metal", "history"]', 'From Birmingham to the Bay Area in forty songs.'),
    ('grunge', 'Flannel Season', 'Grunge', 'mina', 'public', 32, 110, 25, '{grunge,alternative-rock}', 1988, 1996,
      '["nineties", "seattle"]', 'Rain, distortion, second-hand shirts.'),
    ('seventies', 'The Long Seventies', '1970-1979', 'noor', 'public', 70, 190, 140, null, 1970, 1979,
      '["seventies", "decades"]', 'Ten years that took about twenty.'),
    ('soul', 'Soul Kitchen Radio', 'Soul', 'otto', 'public', 48, 170, 120, '{soul,neo-soul,r-and-b}', null, null,
      '["soul", "voices"]', 'Great voices first, great bass lines a close second.'),
    ('school', 'Hip-Hop Classroom', 'Rap', 'pia', 'public', 45, 140, 95, '{hip-hop,jazz-rap,conscious-hip-hop}', null, null,
      '["hip-hop", "samples", "history"]', 'Listen twice: once for the words, once for what is sampled.'),
    ('dub', 'Heartbeat and Echo', 'Reggae', 'quinn', 'public', 22, 100, 50, '{reggae,roots-reggae,dub,afrobeat}', null, null,
      '["groove", "bass", "sunday"]', 'The bass is the tune.'),
    ('slow', 'Slow and Blue', 'Sad Songs', 'ada', 'public', 26, 95, 20, '{blues,singer-songwriter,folk,jazz}', null, null,
      '["mood", "slow"]', 'For rain that has made up its mind.'),
    ('bright', 'Bright and Fast', 'Happy Songs', 'ada', 'public', 30, 94, 22, '{synth-pop,new-wave,pop,disco}', null, null,
      '["mood", "fast"]', 'Cleans the flat in under forty minutes.'),
    ('rules', 'Short and Loud, Always Fresh', 'Short and Loud', 'rosa', 'public', 0, 85, 1, null, null, null,
      '["smart", "punk"]', 'A smart list: punk and post-punk of less than three and a half minutes.'),
    ('rain', 'Rainy Sunday', 'Sunday', 'sami', 'unlisted', 20, 75, 15, '{dream-pop,ambient,singer-songwriter}', null, null,
      '["sunday", "calm"]', 'For whoever has the link and a window to look out of.'),
    ('films', 'Films Without Pictures', 'Films', 'tove', 'unlisted', 18, 60, 12, '{soundtrack,ambient,art-rock}', null, null,
      '["cinema", "instrumental"]', 'Close your eyes and cast it yourself.'),
    ('wedding', 'Wedding Shortlist', 'Wedding', 'uma', 'private', 24, 50, 45, '{soul,disco,pop}', null, null,
      '["wedding", "dance"]', 'Proposals welcome, ballads need two votes.'),
    ('running', 'Running, Do Not Disturb', 'Running', 'vito', 'private', 16, 40, 10, '{house,french-house,electronic}', null, null,
      '["sport"]', 'Five kilometres. Some days seven.')
) as list (key, name, first_name, owner, visibility, entries, days, worked_days, genres, from_year, to_year, tags, description)
join demo_people on demo_people.name = list.owner;

-- Which tracks: of the list's genres and years, at most four of one artist, the known ones first.
create temporary table demo_entries on commit drop as
with fitting as (
  select
    demo_lists.key,
    tracks.track_id,
    tracks.duration_ms,
    - ln(1 - pg_temp.roll('fits ' || demo_lists.key || catalogue.artist_name || tracks.title)) / sqrt(tracks.pull) as rank,
    tracks.artist_id
  from demo_lists
  join demo_tracks as tracks
    on demo_lists.entries > 0
    and (demo_lists.genres is null or tracks.genres && demo_lists.genres::text[])
  join public.tracks as catalogue
    on catalogue.id = tracks.track_id
    and (demo_lists.from_year is null or extract(year from catalogue.release_date) between demo_lists.from_year and demo_lists.to_year)
),
bounded as (
  select
    fitting.*,
    row_number() over (partition by fitting.key, fitting.artist_id order by fitting.rank) as of_artist
  from fitting
),
chosen as (
  select bounded.*, row_number() over (partition by bounded.key order by bounded.of_artist > 4, bounded.rank) as choice
  from bounded
)
select
  chosen.key,
  chosen.track_id,
  chosen.duration_ms,
  case
    when chosen.choice <= demo_lists.entries then 'active'
    -- Two that were added and taken out again.
    when chosen.choice <= demo_lists.entries + 2 and demo_lists.entries >= 20 then 'removed'
    when demo_lists.key = 'wedding' and chosen.choice <= demo_lists.entries + 5 then 'proposed'
    when demo_lists.key = 'wedding' and chosen.choice <= demo_lists.entries + 7 then 'rejected'
  end as status,
  (row_number() over (partition by chosen.key, chosen.choice <= demo_lists.entries order by chosen.choice) - 1)::integer as place,
  null::integer as batch,
  null::bigint as added_by,
  null::bigint as entry_id
from chosen
join demo_lists on demo_lists.key = chosen.key
where chosen.choice <= demo_lists.entries + 7;

delete from demo_entries
where status is null;

-- The smart list holds what its rules say, in their order.
insert into demo_entries (key, track_id, duration_ms, status, place)
select 'rules', found.track_id, found.duration_ms, 'active', row_number() over (order by found.title_folded, found.track_id) - 1
from (
  select tracks.id as track_id, tracks.duration_ms, tracks.title_folded
  from public.tracks
  where tracks.genres ?| array['punk', 'post-punk'] and tracks.duration_ms < 210000
  order by tracks.title_folded, tracks.id
  limit 40
) as found;

-- A list may hold fewer than planned.
update demo_lists
set entries = held.entries
from (
  select demo_lists.key, count(demo_entries.track_id) filter (where demo_entries.status = 'active') as entries
  from demo_lists
  left join demo_entries on demo_entries.key = demo_lists.key
  group by demo_lists.key
) as held
where held.key = demo_lists.key;

-- Who works with whom. The order of the events: invited, then joined.
create temporary table demo_collaborators on commit drop as
select
  member.key,
  member.role,
  member.status,
  demo_people.user_id,
  member.can_remove_tracks,
  member.can_invite_others,
  row_number() over (partition by member.key order by demo_people.n) as place
from (
  values
    ('jukebox', 'bruno', 'admin', 'accepted', null::boolean, null::boolean),
    ('jukebox', 'chiara', 'editor', 'accepted', null, true),
    ('jukebox', 'dmitri', 'editor', 'accepted', null, null),
    ('jukebox', 'elif', 'editor', 'accepted', false, null),
    ('jukebox', 'farid', 'editor', 'accepted', null, null),
    ('jukebox', 'greta', 'editor', 'accepted', null, null),
    ('jukebox', 'hana', 'viewer', 'accepted', null, null),
    ('jukebox', 'ivo', 'editor', 'pending', null, null),
    ('jukebox', 'jonas', 'editor', 'declined', null, null),
    ('jukebox', 'kaja', 'editor', 'revoked', null, null),
    ('jukebox', 'liam', 'viewer', 'expired', null, null),
    ('friday', 'ada', 'admin', 'accepted', null, null),
    ('friday', 'mina', 'editor', 'accepted', null, null),
    ('friday', 'noor', 'editor', 'accepted', null, null),
    ('friday', 'otto', 'viewer', 'accepted', null, null),
    ('friday', 'pia', 'viewer', 'accepted', null, null),
    ('friday', 'quinn', 'viewer', 'accepted', null, null),
    ('friday', 'rosa', 'viewer', 'accepted', null, null),
    ('friday', 'zora', 'viewer', 'pending', null, null),
    ('kitchen', 'ada', 'editor', 'accepted', null, null),
    ('kitchen', 'yuki', 'editor', 'accepted', null, null),
    ('roads', 'wren', 'editor', 'accepted', null, null),
    ('roads', 'emil', 'viewer', 'accepted', null, null),
    ('seventies', 'vera', 'editor', 'accepted', true, null),
    ('soul', 'cleo', 'editor', 'accepted', null, null),
    ('school', 'karim', 'admin', 'accepted', null, null),
    ('wedding', 'xenia', 'admin', 'accepted', null, null),
    ('wedding', 'timo', 'editor', 'accepted', false, null),
    ('wedding', 'selma', 'editor', 'accepted', false, null),
    ('wedding', 'anouk', 'viewer', 'pending', null, null)
) as member (key, name, role, status, can_remove_tracks, can_invite_others)
join demo_people on demo_people.name = member.name;

-- Entries come in batches of up to twelve, each by one of those who may add. The last entry of a
-- longer list came last but one place was made for it further up: it is the one that was moved.
update demo_entries
set
  batch = batched.batch,
  added_by = case
    when demo_entries.key = 'rules' then null
    when crew.members is null then demo_lists.owner_id
    else (crew.members || demo_lists.owner_id)[
      1 + floor(pg_temp.roll('adds ' || demo_entries.key || batched.batch || demo_entries.status) * (cardinality(crew.members) + 1))
    ]
  end
from (
  select
    entry.key,
    entry.track_id,
    case
      when entry.status = 'removed' then 1
      when entry.status in ('proposed', 'rejected') then 100
      when entry.key = 'rules' then 0
      when entry.place = 1 and demo_lists.entries >= 20 then (demo_lists.entries - 1) / 12
      else entry.place / 12
    end as batch
  from demo_entries as entry
  join demo_lists on demo_lists.key = entry.key
) as batched
join demo_lists on demo_lists.key = batched.key
left join (
  select key, array_agg(user_id order by user_id) as members
  from demo_collaborators
  where status = 'accepted' and role <> 'viewer'
  group by key
) as crew on crew.key = batched.key
where demo_entries.key = batched.key and demo_entries.track_id = batched.track_id;

-- In a batch every entry has the same adder; what was proposed came from editors one by one.
update demo_entries
set added_by = editor.user_id
from demo_collaborators as editor
where demo_entries.key = 'wedding'
  and demo_entries.status in ('proposed', 'rejected')
  and editor.key = 'wedding'
  and editor.place = 2 + demo_entries.place % 2;

create temporary table demo_votes on commit drop as
select
  entry.key,
  entry.track_id,
  voter.user_id,
  case when pg_temp.roll('vote ' || entry.key || entry.track_id || voter.user_id) < 0.78 then 1 else -1 end as value
from demo_entries as entry
join (
  select key, user_id from demo_collaborators where status = 'accepted'
  union
  select key, owner_id from demo_lists
) as voter on voter.key = entry.key
where entry.status = 'active'
  and (
    entry.key = 'friday' and pg_temp.roll('votes ' || entry.track_id || voter.user_id) < 0.35
    or entry.key = 'wedding' and pg_temp.roll('votes ' || entry.track_id || voter.user_id) < 0.3
    or entry.key = 'jukebox' and pg_temp.roll('votes ' || entry.track_id || voter.user_id) < 0.04
  );

create temporary table demo_notes on commit drop as
select
  entry.key,
  entry.track_id,
  entry.added_by,
  case when (note.n + entry.place) % 2 = 0 or entry.duration_ms is null or entry.duration_ms < 120000 then note.text end as note,
  case when (note.n + entry.place) % 2 = 1 and entry.duration_ms >= 120000 then 30000 end as start_time_ms,
  case when (note.n + entry.place) % 2 = 1 and entry.duration_ms >= 120000 then 105000 end as end_time_ms
from demo_entries as entry
join (
  values
    (0, 'The one that started this list.'),
    (1, 'Wait for the second verse.'),
    (2, 'Play it louder than you think.'),
    (3, 'My grandmother asked for the title.'),
    (4, 'Better on vinyl, still good here.'),
    (5, 'Fits right after the one above.'),
    (6, 'First dance candidate?')
) as note (n, text) on note.n = (hashtextextended(entry.key || entry.track_id, 7) & 1023) % 7
where entry.status = 'active' and entry.key <> 'rules' and pg_temp.roll('note ' || entry.key || entry.track_id) < 0.12;

-- What happened, in order: step sorts the events of one list.
create temporary table demo_events (
  key text not null,
  step double precision not null,
  type text not null,
  user_id bigint,
  -- The track the event is about; of a batch its number.
  track_id bigint,
  batch integer,
  data jsonb not null default '{}',
  version integer,
  at timestamptz
) on commit drop;

insert into demo_events (key, step, type, user_id, data)
select
  key, 0, 'created', owner_id,
  jsonb_build_object('before', '{}'::jsonb, 'after', jsonb_build_object('name', first_name, 'visibility', visibility))
from demo_lists
union all
select
  key, 2, 'rules_changed', owner_id,
  '{"before": {}, "after": {"rules": {"all": [{"field": "genre", "operator": "any_of", "value": ["punk", "post-punk"]},
    {"field": "duration_ms", "operator": "lt", "value": 210000}]}}}'
from demo_lists
where key = 'rules'
union all
select
  key, 14, 'renamed', owner_id,
  jsonb_build_object('before', jsonb_build_object('name', first_name), 'after', jsonb_build_object('name', name))
from demo_lists
where name <> first_name
union all
select
  key, 15, 'details_changed', owner_id,
  jsonb_build_object(
    'before', jsonb_build_object('description', null, 'tags', '[]'::jsonb),
    'after', jsonb_build_object('description', description, 'tags', tags))
from demo_lists;

insert into demo_events (key, step, type, user_id, data)
select
  collaborator.key, 3 + collaborator.place * 0.1, 'collaborator_invited', demo_lists.owner_id,
  jsonb_build_object(
    'user_id', collaborator.user_id, 'before', null,
    'after', jsonb_build_object('role', collaborator.role, 'invitation_status', 'pending'))
from demo_collaborators as collaborator
join demo_lists on demo_lists.key = collaborator.key
union all
select
  collaborator.key, 5 + collaborator.place * 0.1, 'collaborator_joined', collaborator.user_id,
  jsonb_build_object(
    'user_id', collaborator.user_id,
    'before', jsonb_build_object('role', collaborator.role, 'invitation_status', 'pending'),
    'after', jsonb_build_object('role', collaborator.role, 'invitation_status', 'accepted'))
from demo_collaborators as collaborator
where collaborator.status = 'accepted'
union all
-- The invitation that was taken back: its row stays, with nothing joined.
select
  collaborator.key, 7, 'collaborator_removed', demo_lists.owner_id,
  jsonb_build_object(
    'user_id', collaborator.user_id,
    'before', jsonb_build_object('role', collaborator.role, 'invitation_status', 'pending'), 'after', null)
from demo_collaborators as collaborator
join demo_lists on demo_lists.key = collaborator.key
where collaborator.status = 'revoked';

insert into demo_events (key, step, type, user_id, batch)
select demo_entries.key, 10 + demo_entries.batch * 10, 'item_added', min(demo_entries.added_by), demo_entries.batch
from demo_entries
where demo_entries.status = 'active'
group by demo_entries.key, demo_entries.batch;

-- Added after the second batch, removed after the third; see "batch" 1 of removed entries.
insert into demo_events (key, step, type, user_id, batch)
select demo_entries.key, case kind.type when 'item_added' then 21 else 31 end, kind.type, min(demo_lists.owner_id), -1
from demo_entries
join demo_lists on demo_lists.key = demo_entries.key
cross join (values ('item_added'), ('item_removed')) as kind (type)
where demo_entries.status = 'removed'
group by demo_entries.key, kind.type;

update demo_entries
set added_by = demo_lists.owner_id
from demo_lists
where demo_lists.key = demo_entries.key and demo_entries.status = 'removed';

insert into demo_events (key, step, type, user_id, track_id)
select demo_entries.key, 1000, 'item_moved', demo_lists.owner_id, demo_entries.track_id
from demo_entries
join demo_lists on demo_lists.key = demo_entries.key
where demo_entries.status = 'active' and demo_entries.place = 1 and demo_lists.entries >= 20 and demo_lists.key <> 'rules'
union all
select demo_notes.key, 1100 + pg_temp.roll('noted ' || demo_notes.key || demo_notes.track_id) * 90, 'item_updated', demo_notes.added_by, demo_notes.track_id
from demo_notes
union all
select demo_entries.key, 1200, 'item_locked', demo_lists.owner_id, demo_entries.track_id
from demo_entries
join demo_lists on demo_lists.key = demo_entries.key
where demo_entries.status = 'active' and demo_entries.place = 0
  and demo_lists.key in ('jukebox', 'friday', 'kitchen', 'metal', 'seventies', 'wedding')
union all
select demo_entries.key, 1300 + demo_entries.place, 'item_proposed', demo_entries.added_by, demo_entries.track_id
from demo_entries
where demo_entries.status in ('proposed', 'rejected')
union all
select demo_entries.key, 1400 + demo_entries.place, 'item_rejected', demo_lists.owner_id, demo_entries.track_id
from demo_entries
join demo_lists on demo_lists.key = demo_entries.key
where demo_entries.status = 'rejected';

insert into demo_events (key, step, type, user_id, track_id, data)
select
  key, 1500 + pg_temp.roll('when ' || key || track_id || user_id) * 400, 'vote_cast', user_id, track_id,
  jsonb_build_object('user_id', user_id, 'value', value)
from demo_votes;

-- Comments, each third one an answer to the one before it.
insert into demo_events (key, step, type, user_id, track_id, data)
select
  remark.key,
  2000 + remark.n,
  'commented',
  demo_people.user_id,
  demo_entries.track_id,
  jsonb_strip_nulls(jsonb_build_object(
    'text', remark.text,
    'at_ms', case when demo_entries.track_id is not null and remark.at_ms < demo_entries.duration_ms then remark.at_ms end,
    'reply_to', remark.reply_to))
from (
  values
    ('jukebox', 1, 'bruno', 'Who added four from the same album? I am not complaining.', null, null, null),
    ('jukebox', 2, 'chiara', 'That was me, and I would do it again.', null, null, 1),
    ('jukebox', 3, 'dmitri', 'This break. Every time.', 3, 92000, null),
    ('jukebox', 4, 'elif', 'Please nobody move this one, it belongs right here.', 0, null, null),
    ('friday', 1, 'mina', 'Fifty is the limit, so a new one means one has to go.', null, null, null),
    ('friday', 2, 'noor', 'Then let the votes decide.', null, null, 1),
    ('friday', 3, 'pia', 'The bass here makes the coffee machine hum along.', 5, 41000, null),
    ('kitchen', 1, 'yuki', 'Onions done by the end of this one.', 2, null, null),
    ('roads', 1, 'wren', 'Best between Lyon and the coast.', 7, null, null),
    ('seventies', 1, 'vera', 'Is 1970 the last year of the sixties?', null, null, null),
    ('seventies', 2, 'noor', 'Not on this list.', null, null, 1),
    ('wedding', 1, 'xenia', 'My aunt has a list of her own. I have not told her about this one.', null, null, null),
    ('wedding', 2, 'selma', 'First dance?', 4, 15000, null),
    ('wedding', 3, 'uma', 'Yes!', 4, null, 2)
) as remark (key, n, name, text, place, at_ms, reply_to)
join demo_people on demo_people.name = remark.name
left join demo_entries on demo_entries.key = remark.key and demo_entries.place = remark.place and demo_entries.status = 'active';

-- Versions without gaps, instants spread over the days on which people worked on the list.
update demo_events
set version = numbered.version, at = numbered.at
from (
  select
    event.ctid as row,
    row_number() over steps as version,
    demo_lists.created_at
      + interval '1 day' * demo_lists.worked_days
        * (row_number() over steps - 1 + 0.8 * case when row_number() over steps = 1 then 0 else pg_temp.roll('at ' || event.key || event.step) end)
        / count(*) over (partition by event.key) as at
  from demo_events as event
  join demo_lists on demo_lists.key = event.key
  window steps as (partition by event.key order by event.step, event.type, event.user_id, event.track_id)
) as numbered
where demo_events.ctid = numbered.row;

-- A reply names the version of what it answers.
update demo_events
set data = demo_events.data || jsonb_build_object('reply_to', answered.version)
from demo_events as answered
where demo_events.type = 'commented'
  and answered.type = 'commented'
  and answered.key = demo_events.key
  and answered.step = 2000 + (demo_events.data ->> 'reply_to')::integer;

create index on demo_events (key, type);
analyze demo_entries;
analyze demo_events;

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
