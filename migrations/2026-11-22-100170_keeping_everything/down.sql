do $$
begin
  if to_regrole('searxng_server') is not null then
    revoke all on table ops.jobs, audit.events from searxng_server;
    revoke all on schema audit from searxng_server;
    revoke all on function
      ops.note_job(text, timestamptz, boolean, text), ops.drop_old_partition(text, timestamptz),
      ops.purge_deleted_playlists(timestamptz, integer), ops.end_expired_shares(timestamptz),
      ops.analyze_table(text), audit.note_export(bigint)
    from searxng_server;
  end if;
end
$$;

delete from ops.serving_rights
where serving_rights.object in (
  'table ops.jobs', 'function ops.wrong_sums(text)', 'function ops.mend_sums(text, bigint[])',
  'function ops.note_job(text, timestamptz, boolean, text)', 'function ops.drop_old_partition(text, timestamptz)',
  'function ops.purge_deleted_playlists(timestamptz, integer)', 'function ops.end_expired_shares(timestamptz)',
  'function ops.analyze_table(text)', 'function auth.purge_api_tokens()', 'schema audit', 'table audit.events',
  'function audit.note_export(bigint)'
);

grant execute on function
  ops.note_job(text, timestamptz, boolean, text), ops.drop_old_partition(text, timestamptz),
  ops.purge_deleted_playlists(timestamptz, integer), ops.end_expired_shares(timestamptz),
  ops.analyze_table(text), audit.note_export(bigint)
to public;

drop function auth.purge_api_tokens();
drop function ops.wrong_sums(text);
drop function ops.mend_sums(text, bigint[]);
alter function ops.wrong_sums_of_all(text) rename to wrong_sums;
alter function ops.mend_sums_of_all(text, bigint[]) rename to mend_sums;
grant execute on function ops.wrong_sums(text), ops.mend_sums(text, bigint[]) to public;

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
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('ops.ensure_partitions'));
  for parent in
    select class.relnamespace::regnamespace::text as schema, class.relname as name, attribute.attname as key,
      case class.relnamespace when 'audit'::regnamespace then 'audit_' else '' end || class.relname as part
    from pg_catalog.pg_partitioned_table as partitioned
    join pg_catalog.pg_class as class on class.oid = partitioned.partrelid
    join pg_catalog.pg_attribute as attribute
      on attribute.attrelid = class.oid and attribute.attnum = partitioned.partattrs[0]
    where class.relnamespace in ('public'::regnamespace, 'audit'::regnamespace) and partitioned.partstrat = 'r'
    order by 1, class.relname
  loop
    month_start := date_trunc('month', from_date::timestamp);
    while month_start <= until_date loop
      month_end := month_start + interval '1 month';
      part_name := parent.part || to_char(month_start, '"_"YYYY"_"MM');
      if to_regclass(format('partitions.%I', part_name)) is null then
        execute format(
          'create table partitions.%I (like %I.%I including defaults including constraints including generated including storage)',
          part_name, parent.schema, parent.name);
        has_strays := false;
        if to_regclass(format('partitions.%I', parent.part || '_default')) is not null then
          execute format(
            'select exists (select from partitions.%I where %I >= $1 and %I < $2)',
            parent.part || '_default', parent.key, parent.key)
          into has_strays using month_start, month_end;
        end if;
        if has_strays then
          -- Carrying a row over is no deletion, though the part's triggers would take it for one.
          execute format('alter table partitions.%I disable trigger user', parent.part || '_default');
          execute format(
            'with strays as (delete from partitions.%I where %I >= $1 and %I < $2 returning *)
             insert into partitions.%I select * from strays',
            parent.part || '_default', parent.key, parent.key, part_name)
          using month_start, month_end;
          execute format('alter table partitions.%I enable trigger user', parent.part || '_default');
        end if;
        execute format(
          'alter table %I.%I attach partition partitions.%I for values from (%L) to (%L)',
          parent.schema, parent.name, part_name, month_start, month_end);
        if parent.schema = 'audit' then
          execute format('select audit.keep(%L)', part_name);
        end if;
        created := created + 1;
      end if;
      month_start := month_end;
    end loop;
  end loop;
  return created;
end
$$;
