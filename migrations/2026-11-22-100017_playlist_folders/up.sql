-- What lies in what. Runs after the statement, so that one statement may hand a whole branch to
-- another owner. One writer at a time per group of owners: two moves that are harmless alone can
-- close a circle together. The groups keep the number of locks small when many rows are loaded.
create function public.playlists_check_parent() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  ancestor bigint := new.parent_id;
  levels_above integer := 0;
  levels_below integer;
  misplaced bigint;
begin
  perform pg_catalog.pg_advisory_xact_lock(
    pg_catalog.hashtext('public.playlists'), (new.owner_id % 64)::integer);
  select child.id
  into misplaced
  from public.playlists as child
  join public.playlists as parent on parent.id = child.parent_id
  where (child.id = new.id or child.parent_id = new.id)
    and (not parent.folder_type or parent.owner_id <> child.owner_id)
  limit 1;
  if misplaced is not null then
    raise exception 'playlist % must lie in a folder of its own owner', misplaced
      using errcode = 'check_violation', schema = 'public', table = 'playlists', column = 'parent_id',
        constraint = 'playlists_parent_folder';
  end if;
  while ancestor is not null and levels_above <= 16 loop
    if ancestor = new.id then
      raise exception 'playlist % would lie in itself', new.id
        using errcode = 'check_violation', schema = 'public', table = 'playlists', column = 'parent_id',
          constraint = 'playlists_parent_cycle';
    end if;
    levels_above := levels_above + 1;
    select playlists.parent_id into ancestor from public.playlists where playlists.id = ancestor;
  end loop;
  with recursive branch (id, level) as (
    select new.id, 1
    union all
    select playlists.id, branch.level + 1
    from branch
    join public.playlists on playlists.parent_id = branch.id
    where branch.level <= 16
  )
  select max(branch.level) into levels_below from branch;
  if levels_above + levels_below > 16 then
    raise exception 'playlist % would stand in a tree of more than 16 levels', new.id
      using errcode = 'check_violation', schema = 'public', table = 'playlists', column = 'parent_id',
        constraint = 'playlists_parent_depth';
  end if;
  return null;
end
$$;

comment on function public.playlists_check_parent() is
  'Trigger: refuses a parent that is no folder of the same owner (playlists_parent_folder), a folder in itself (playlists_parent_cycle) and a tree of more than 16 levels (playlists_parent_depth).';

create trigger playlists_check_parent_on_insert
  after insert on public.playlists
  for each row when (new.parent_id is not null)
  execute function public.playlists_check_parent();

create trigger playlists_check_parent_on_update
  after update of parent_id, owner_id, folder_type on public.playlists
  for each row when (
    new.parent_id is distinct from old.parent_id
    or new.owner_id <> old.owner_id
    or new.folder_type <> old.folder_type
  )
  execute function public.playlists_check_parent();
