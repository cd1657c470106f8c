-- Sixty invented listeners. Nothing here is drawn by lot: every "roll" is a hash of its name, so
-- that the same catalogue gives the same life on every machine; only the instants move with now().
create function pg_temp.roll(name text) returns double precision
  language sql immutable strict parallel safe
  return (hashtextextended(name, 20261122) & 9007199254740991)::double precision / 9007199254740992;

create temporary table demo_people on commit drop as
select
  person.n,
  person.name,
  -- Days since the account was made; all are older than the oldest listen.
  320 + floor(pg_temp.roll('age ' || person.name) * 90) as days,
  -- How much a person listens, the keenest about ten times the laziest.
  0.25 + 2.25 * pg_temp.roll('keen ' || person.name) ^ 2 as keenness,
  (array['mobile', 'desktop', 'web', 'tablet', 'smart_speaker', 'mobile'])[1 + floor(pg_temp.roll('device ' || person.name) * 6)]
    as device,
  null::bigint as user_id,
  null::text[] as likes,
  null::text[] as dislikes
from string_to_table(
  'ada bruno chiara dmitri elif farid greta hana ivo jonas kaja liam mina noor otto pia quinn rosa sami tove uma vito '
  'wren xenia yuki zora anouk bela cato dina emil fleur gil hedda ines juno karim lena milo nadia oskar petra rafa selma '
  'timo ulla vera wanda yara zeno amir birgit cleo dario edda finn gwen hugo iris jarl',
  ' '
) with ordinality as person (name, n);

insert into public.users (username, email, is_active, is_admin, default_language, last_login, created_at, updated_at)
select
  demo_people.name,
  demo_people.name || '@example.org',
  demo_people.name <> 'zeno',
  demo_people.name = 'ada',
  (array['en', 'en', 'de', 'fr', 'es', 'it', 'pt-BR', 'tr', 'ja', 'nb'])[1 + floor(pg_temp.roll('language ' || demo_people.name) * 10)],
  case when demo_people.name <> 'zeno' then now() - interval '6 days' * pg_temp.roll('login ' || demo_people.name) end,
  now() - interval '1 day' * demo_people.days,
  now() - interval '1 day' * demo_people.days
from demo_people
order by demo_people.n;

update demo_people
set user_id = users.id
from public.users
where users.username = demo_people.name;

-- Three branches of the genre tree that a person likes and one that they do not.
with branch as (
  select
    demo_people.n,
    genres.slug,
    row_number() over (
      partition by demo_people.n
      order by - ln(1 - pg_temp.roll('taste ' || demo_people.name || genres.slug)) / heard.tracks
    ) as place,
    count(*) over (partition by demo_people.n) as branches
  from demo_people
  cross join public.genres
  join lateral (
    select count(*) as tracks
    from public.tracks
    where tracks.genres ? genres.slug
  ) as heard on heard.tracks > 0
)
update demo_people
set likes = chosen.likes, dislikes = chosen.dislikes
from (
  select
    branch.n,
    array_agg(branch.slug order by branch.place) filter (where branch.place <= 3) as likes,
    array_agg(branch.slug order by branch.place) filter (where branch.place = branch.branches) as dislikes
  from branch
  group by branch.n
) as chosen
where chosen.n = demo_people.n;

-- The tracks with their pull: a few hits, a long tail. Those whose links we know are known to many.
create temporary table demo_tracks on commit drop as
select
  tracks.id as track_id,
  tracks.title,
  tracks.artist_id,
  tracks.album_id,
  tracks.duration_ms,
  array(select jsonb_array_elements_text(tracks.genres)) as genres,
  (
    1 / (0.05 + pg_temp.roll('pull ' || tracks.artist_name || tracks.title))
    * case when exists (select from public.track_sources where track_sources.track_id = tracks.id) then 6 else 1 end
  ) as pull
from public.tracks;

create unique index on demo_tracks (track_id);
create index on demo_tracks (album_id);

-- For every person the tracks in a row of length 1, each as long as its pull on them: a point of the
-- row is a choice. The last one ends a little beyond, since sums are rounded.
create temporary table demo_choices on commit drop as
select
  demo_people.user_id,
  demo_tracks.track_id,
  case
    when lead(demo_tracks.track_id) over everyone is null then 2
    else sum(weight.value) over everyone / sum(weight.value) over (partition by demo_people.user_id)
  end as until,
  weight.value as weight
from demo_people
cross join demo_tracks
cross join lateral (
  select demo_tracks.pull * case
    when demo_tracks.genres && demo_people.dislikes then 0.02
    when demo_tracks.genres && demo_people.likes then 8
    else 1
  end as value
) as weight
window everyone as (partition by demo_people.user_id order by demo_tracks.track_id);

create index on demo_choices (user_id, until);
analyze demo_people;
analyze demo_tracks;
analyze demo_choices;
