create table public.genres (
  id bigint generated always as identity,
  name text not null,
  slug text not null,
  parent_id bigint,
  description text,
  aliases jsonb not null default '[]',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint genres_pkey primary key (id),
  constraint genres_slug_key unique (slug),
  constraint genres_parent_id_fkey foreign key (parent_id) references public.genres (id) on delete restrict,
  constraint genres_name_check check (char_length(name) between 1 and 255),
  constraint genres_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
  constraint genres_description_check check (char_length(description) between 1 and 10000),
  constraint genres_aliases_check check (public.is_text_array(aliases))
);

create unique index genres_name_key on public.genres (lower(name));
create index idx_genres_parent_id on public.genres (parent_id);

-- Runs after the statement, so that a statement may turn a whole branch round. One writer at a
-- time: two moves that are harmless alone can close a circle together.
create function public.genres_check_parent() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  ancestor bigint := new.parent_id;
  levels_above integer := 0;
  levels_below integer;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('public.genres'), 0);
  while ancestor is not null and levels_above <= 16 loop
    if ancestor = new.id then
      raise exception 'genre % would be its own ancestor', new.id
        using errcode = 'check_violation', schema = 'public', table = 'genres', column = 'parent_id',
          constraint = 'genres_parent_cycle';
    end if;
    levels_above := levels_above + 1;
    select genres.parent_id into ancestor from public.genres where genres.id = ancestor;
  end loop;
  with recursive branch (id, level) as (
    select new.id, 1
    union all
    select genres.id, branch.level + 1
    from branch
    join public.genres on genres.parent_id = branch.id
    where branch.level <= 16
  )
  select max(branch.level) into levels_below from branch;
  if levels_above + levels_below > 16 then
    raise exception 'genre % would stand in a tree of more than 16 levels', new.id
      using errcode = 'check_violation', schema = 'public', table = 'genres', column = 'parent_id',
        constraint = 'genres_parent_depth';
  end if;
  return null;
end
$$;

comment on function public.genres_check_parent() is
  'Trigger: refuses a genre that is its own ancestor (genres_parent_cycle) and a tree of more than 16 levels (genres_parent_depth).';

create trigger genres_check_parent_on_insert
  after insert on public.genres
  for each row when (new.parent_id is not null)
  execute function public.genres_check_parent();

create trigger genres_check_parent_on_update
  after update of parent_id on public.genres
  for each row when (new.parent_id is not null and new.parent_id is distinct from old.parent_id)
  execute function public.genres_check_parent();

create trigger genres_set_updated_at
  before update on public.genres
  for each row execute function public.set_updated_at();

comment on table public.genres is 'Tree of musical genres; artists, albums, tracks and profiles name them by slug.';
comment on column public.genres.id is 'Key.';
comment on column public.genres.name is 'Name as shown, 1 to 255 characters; unique whatever the case.';
comment on column public.genres.slug is 'Name in lower case with hyphens, at most 100 characters; unique, and what the genre arrays hold.';
comment on column public.genres.parent_id is 'The wider genre; null: at the root. No circles, at most 16 levels.';
comment on column public.genres.description is 'A few sentences for people; null: none.';
comment on column public.genres.aliases is 'Other names of the genre: array of strings.';
comment on column public.genres.created_at is 'Instant the genre was entered.';
comment on column public.genres.updated_at is 'Instant of the last change.';
