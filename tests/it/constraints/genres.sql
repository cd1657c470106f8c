-- genres_name_check
/* refused  */ update genres set name = repeat('a', 256) where id = 1;
/* accepted */ update genres set name = repeat('a', 255) where id = 1;

-- genres_name_check
/* refused  */ update genres set name = '' where id = 1;
/* accepted */ update genres set name = 'a' where id = 1;

-- genres_slug_check
/* refused  */ update genres set slug = 'post--rock' where id = 1;
/* accepted */ update genres set slug = 'post-rock-2' where id = 1;

-- genres_slug_check
/* refused  */ update genres set slug = repeat('a', 101) where id = 1;
/* accepted */ update genres set slug = repeat('a', 100) where id = 1;

-- genres_slug_check
/* refused  */ update genres set slug = 'Rock' where id = 1;
/* accepted */ update genres set slug = '1' where id = 1;

-- genres_description_check
/* refused  */ update genres set description = '' where id = 1;
/* accepted */ update genres set description = null where id = 1;

-- genres_description_check
/* refused  */ update genres set description = repeat('a', 10001) where id = 1;
/* accepted */ update genres set description = repeat('a', 10000) where id = 1;

-- genres_aliases_check
/* refused  */ update genres set aliases = '["a", 1]' where id = 1;
/* accepted */ update genres set aliases = '[]' where id = 1;

-- genres_slug_key
/* refused  */ insert into genres (name, slug) values ('Rock music', 'rock');
/* accepted */ insert into genres (name, slug) values ('Rock music', 'rock-music');

-- genres_name_key
/* refused  */ insert into genres (name, slug) values ('ROCK', 'rock-2');
/* accepted */ insert into genres (name, slug) values ('ROCK 2', 'rock-2');

-- genres_parent_id_fkey
/* refused  */ delete from genres where id = 1;
/* accepted */ delete from genres where id = 3;

-- genres_parent_cycle
/* refused  */ update genres set parent_id = 3 where id = 1;
/* accepted */ update genres set parent_id = 4 where id = 1;

-- genres_parent_depth
/* refused  */
with recursive level (n) as (
  values (101)
  union all
  select n + 1
  from level
  where n < 117
)
insert into genres (id, name, slug, parent_id)
  overriding system value
select n, 'G' || n, 'g' || n, case when n > 101 then n - 1 end
from level;
/* accepted */
with recursive level (n) as (
  values (101)
  union all
  select n + 1
  from level
  where n < 116
)
insert into genres (id, name, slug, parent_id)
  overriding system value
select n, 'G' || n, 'g' || n, case when n > 101 then n - 1 end
from level;
