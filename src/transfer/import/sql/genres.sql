-- Each name of the file with the slug it stands for: that of a genre of this name, slug or alias,
-- else one made of the name. "R&B" is r-and-b; a name without Latin letters gets its hash.
create temporary table import_genres on commit drop as
with named as (
  select genre.name, min(import_rows.line * 64 + genre.place) as place
  from import_rows
  cross join lateral jsonb_array_elements_text(import_rows.genres) with ordinality as genre (name, place)
  group by genre.name
),
slugged as (
  select
    named.name,
    named.place,
    trim(both '-' from left(
      regexp_replace(public.music_fold(replace(named.name, '&', ' and ')), '[^a-z0-9]+', '-', 'g'),
      100
    )) as slug
  from named
)
select
  slugged.name,
  slugged.place,
  known.slug is null as is_new,
  coalesce(known.slug, nullif(slugged.slug, ''), 'genre-' || left(md5(lower(slugged.name)), 12)) as slug
from slugged
left join lateral (
  select genres.slug
  from public.genres
  where lower(genres.name) = lower(slugged.name)
    or genres.slug = slugged.slug
    or exists (
      select
      from jsonb_array_elements_text(genres.aliases) as alias (name)
      where lower(alias.name) = lower(slugged.name)
    )
  order by lower(genres.name) = lower(slugged.name) desc, genres.slug = slugged.slug desc, genres.id
  limit 1
) as known on true;

insert into public.genres (name, slug)
select first_of.name, first_of.slug
from (
  select distinct on (import_genres.slug) import_genres.name, import_genres.slug, import_genres.place
  from import_genres
  where import_genres.is_new
  order by import_genres.slug, import_genres.place
) as first_of
order by first_of.place;
