-- Playlists with their whole history: first the plan, which lists there are, what is in them and who
-- works on them. Then what happened, step by step (playlist_events.sql); the rows of the lists, entries,
-- votes and activities all follow from that (playlist_rows.sql), so that they agree with one another.
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
