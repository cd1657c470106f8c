delete from ops.serving_rights
where object in (
  'function ops.slow_statements_state()', 'function ops.slow_statements(double precision, integer)',
  'function ops.table_state()', 'function ops.index_state()', 'function ops.lock_waits()',
  'function ops.connection_state()', 'function ops.replication_state()', 'function ops.partition_state()'
);
create or replace function ops.drop_old_partition(parent text, before timestamptz) returns text
  language plpgsql
  security definer
  set search_path = ''
  set timezone = 'UTC'
  set lock_timeout = '2s'
as $$
declare
  key text;
  part text;
begin
  select attribute.attname
  into strict key
  from pg_catalog.pg_partitioned_table as partitioned
  join pg_catalog.pg_attribute as attribute
    on attribute.attrelid = partitioned.partrelid and attribute.attnum = partitioned.partattrs[0]
  where partitioned.partrelid = to_regclass(format('public.%I', parent));

  execute format('delete from partitions.%I where %I < $1', parent || '_default', key) using before;

  select class.relname
  into part
  from pg_catalog.pg_inherits as inherits
  join pg_catalog.pg_class as class on class.oid = inherits.inhrelid
  where inherits.inhparent = to_regclass(format('public.%I', parent))
    and class.relname ~ '_\d{4}_\d{2}$'
    and to_timestamp(right(class.relname, 7), 'YYYY_MM') + interval '1 month' <= before
  order by class.relname
  limit 1;
  if part is not null then
    execute format('alter table public.%I detach partition partitions.%I', parent, part);
    execute format('drop table partitions.%I', part);
  end if;
  return part;
end
$$;

drop function ops.partition_state();
drop function ops.replication_state();
drop function ops.connection_state();
drop function ops.lock_waits();
drop function ops.index_state();
drop function ops.table_state();
drop function ops.slow_statements(double precision, integer);
drop function ops.slow_statements_state();
do $$
begin
  if exists (select from pg_extension where extname = 'pg_stat_statements' and extnamespace = 'ops'::regnamespace) then
    drop extension pg_stat_statements;
  end if;
end
$$;
