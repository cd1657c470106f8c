-- The history of the planned playlists as single events with their versions and instants.

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
