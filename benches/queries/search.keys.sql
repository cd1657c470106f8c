-- What people type: names of artists, titles of tracks, single words of titles; of letters and
-- digits alone, so that no part of it means something in the language of searches. With fewer than
-- three hits the API goes on to look for what is spelled alike, which the statement does not.
with typed as (
  (select lower(name) as words from artists where merged_into_id is null order by md5(id::text) limit :limit / 2)
  union
  (select lower(title) from tracks where merged_into_id is null order by md5(id::text) limit :limit / 2)
  union
  (
    select split_part(lower(title), ' ', 1)
    from tracks
    where merged_into_id is null
    order by md5(id::text) desc
    limit :limit / 2
  )
)
select words
from typed
where words ~ '^[[:alnum:]]+( [[:alnum:]]+)*$'
  and 3 <= (
    select count(*)
    from (
      (select from tracks where search_vector @@ plainto_tsquery('music', words) and merged_into_id is null limit 3)
      union all
      (select from artists where search_vector @@ plainto_tsquery('music', words) and merged_into_id is null limit 3)
      union all
      (select from albums where search_vector @@ plainto_tsquery('music', words) and merged_into_id is null limit 3)
    ) hits
  )
order by md5(words)
limit :limit
