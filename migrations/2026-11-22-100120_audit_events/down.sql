create or replace function ops.ensure_partitions(from_date date, until_date date) returns integer
  language plpgsql
  security definer
  set search_path = ''
  set timezone = 'UTC'
as $$
declare
  parent record;
  month_start timestamptz;
  month_end timestamptz;
  part_name text;
  has_strays boolean;
  created integer := 0;
  purpose constant text := ops.begin_keeping();
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('ops.ensure_partitions'));
  for parent in
    select class.relname as name, attribute.attname as key
    from pg_catalog.pg_partitioned_table as partitioned
    join pg_catalog.pg_class as class on class.oid = partitioned.partrelid
    join pg_catalog.pg_attribute as attribute
      on attribute.attrelid = class.oid and attribute.attnum = partitioned.partattrs[0]
    where class.relnamespace = 'public'::regnamespace and partitioned.partstrat = 'r'
    order by class.relname
  loop
    month_start := date_trunc('month', from_date::timestamp);
    while month_start <= until_date loop
      month_end := month_start + interval '1 month';
      part_name := parent.name || to_char(month_start, '"_"YYYY"_"MM');
      if to_regclass(format('partitions.%I', part_name)) is null then
        execute format(
          'create table partitions.%I (like public.%I including defaults including constraints including generated including storage)',
          part_name, parent.name);
        has_strays := false;
        if to_regclass(format('partitions.%I', parent.name || '_default')) is not null then
          execute format(
            'select exists (select from partitions.%I where %I >= $1 and %I < $2)',
            parent.name || '_default', parent.key, parent.key)
          into has_strays using month_start, month_end;
        end if;
        if has_strays then
          execute format(
            'with strays as (delete from partitions.%I where %I >= $1 and %I < $2 returning *)
             insert into partitions.%I select * from strays',
            parent.name || '_default', parent.key, parent.key, part_name)
          using month_start, month_end;
        end if;
        execute format(
          'alter table public.%I attach partition partitions.%I for values from (%L) to (%L)',
          parent.name, part_name, month_start, month_end);
        created := created + 1;
      end if;
      month_start := month_end;
    end loop;
  end loop;
  perform ops.wall_parts();
  perform ops.end_keeping(purpose);
  return created;
end
$$;

comment on function ops.ensure_partitions(date, date) is
  'Creates the missing monthly parts (months in UTC) of every partitioned table of public, from the month of the first date to that of the second; returns how many.';

drop table audit.events;
drop function audit.keep(text);
drop function audit.refuse_change();
drop schema audit;
