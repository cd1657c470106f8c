-- A merged row stays and points to its survivor, and every look-up follows it in one hop. So a
-- survivor is never itself merged: pointing to a merged row is refused, and merging a survivor
-- points the rows that were merged into it to the new one.
--
-- The survivor is locked against being merged at the same time. Two merges of two rows into each
-- other wait for one another, and the server ends one of them.
create function public.merge_check_target() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  target_is_merged boolean;
begin
  execute format(
    'select merged_into_id is not null from %I.%I where id = $1 for share',
    tg_table_schema, tg_table_name)
  into target_is_merged using new.merged_into_id;
  if target_is_merged then
    raise exception '% % cannot be merged into %, which is merged itself', tg_table_name, new.id, new.merged_into_id
      using errcode = 'check_violation', schema = tg_table_schema, table = tg_table_name,
        column = 'merged_into_id', constraint = tg_table_name || '_merged_into_id_chain';
  end if;
  return new;
end
$$;

comment on function public.merge_check_target() is
  'Trigger: refuses to merge into a row that is merged itself (<table>_merged_into_id_chain).';

create function public.merge_point_on() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  execute format(
    'update %I.%I set merged_into_id = $1 where merged_into_id = $2',
    tg_table_schema, tg_table_name)
  using new.merged_into_id, new.id;
  return null;
end
$$;

comment on function public.merge_point_on() is
  'Trigger: points the rows that were merged into a row to the survivor it is merged into now.';

create trigger artists_merge_check_target_on_insert
  before insert on public.artists
  for each row when (new.merged_into_id is not null)
  execute function public.merge_check_target();

create trigger artists_merge_check_target_on_update
  before update of merged_into_id on public.artists
  for each row when (new.merged_into_id is not null and new.merged_into_id is distinct from old.merged_into_id)
  execute function public.merge_check_target();

create trigger artists_merge_point_on
  after update of merged_into_id on public.artists
  for each row when (new.merged_into_id is not null and new.merged_into_id is distinct from old.merged_into_id)
  execute function public.merge_point_on();

create trigger albums_merge_check_target_on_insert
  before insert on public.albums
  for each row when (new.merged_into_id is not null)
  execute function public.merge_check_target();

create trigger albums_merge_check_target_on_update
  before update of merged_into_id on public.albums
  for each row when (new.merged_into_id is not null and new.merged_into_id is distinct from old.merged_into_id)
  execute function public.merge_check_target();

create trigger albums_merge_point_on
  after update of merged_into_id on public.albums
  for each row when (new.merged_into_id is not null and new.merged_into_id is distinct from old.merged_into_id)
  execute function public.merge_point_on();

create trigger tracks_merge_check_target_on_insert
  before insert on public.tracks
  for each row when (new.merged_into_id is not null)
  execute function public.merge_check_target();

create trigger tracks_merge_check_target_on_update
  before update of merged_into_id on public.tracks
  for each row when (new.merged_into_id is not null and new.merged_into_id is distinct from old.merged_into_id)
  execute function public.merge_check_target();

create trigger tracks_merge_point_on
  after update of merged_into_id on public.tracks
  for each row when (new.merged_into_id is not null and new.merged_into_id is distinct from old.merged_into_id)
  execute function public.merge_point_on();
