-- Upkeep meets the second wall: what concerns everybody says that it is keeping, and the server gets
-- the rights to what was made beside it.

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
  perform ops.wall_parts();
  perform ops.end_keeping(purpose);
  return created;
end
$$;

-- Recounting reads rows of everybody. The functions that do it keep their text under another name.
alter function ops.wrong_sums(text) rename to wrong_sums_of_all;
alter function ops.mend_sums(text, bigint[]) rename to mend_sums_of_all;
revoke execute on function ops.wrong_sums_of_all(text), ops.mend_sums_of_all(text, bigint[]) from public;

create function ops.wrong_sums(figure text) returns bigint[]
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  purpose constant text := ops.begin_keeping();
  wrong bigint[];
begin
  wrong := ops.wrong_sums_of_all(figure);
  perform ops.end_keeping(purpose);
  return wrong;
end
$$;

comment on function ops.wrong_sums(text) is
  'Keys of the rows whose sums are not those of the rows they are of, whoever they belong to; figure: as ops.wrong_sums_of_all names it.';

create function ops.mend_sums(figure text, keys bigint[]) returns integer
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  purpose constant text := ops.begin_keeping();
  mended integer;
begin
  mended := ops.mend_sums_of_all(figure, keys);
  perform ops.end_keeping(purpose);
  return mended;
end
$$;

comment on function ops.mend_sums(text, bigint[]) is
  'Mends the sums of these rows, whoever they belong to; returns how many.';

create function auth.purge_api_tokens() returns integer
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  purpose constant text := ops.begin_keeping();
  purged integer;
begin
  delete from auth.api_tokens
  where api_tokens.id in (
    select ended.id
    from auth.api_tokens as ended
    where least(ended.expires_at, ended.revoked_at) < now() - interval '90 days'
    limit 10000
  );
  get diagnostics purged = row_count;
  perform ops.end_keeping(purpose);
  return purged;
end
$$;

comment on function auth.purge_api_tokens() is
  'Removes tokens that ended, by themselves or by being revoked, more than 90 days ago, at most 10,000; returns how many.';

revoke execute on function
  ops.wrong_sums(text), ops.mend_sums(text, bigint[]), ops.note_job(text, timestamptz, boolean, text),
  ops.drop_old_partition(text, timestamptz), ops.purge_deleted_playlists(timestamptz, integer),
  ops.end_expired_shares(timestamptz), ops.analyze_table(text), auth.purge_api_tokens(), audit.note_export(bigint)
from public;

insert into ops.serving_rights (object, rights) values
  ('table ops.jobs', 'select'),
  ('function ops.wrong_sums(text)', 'execute'),
  ('function ops.mend_sums(text, bigint[])', 'execute'),
  ('function ops.note_job(text, timestamptz, boolean, text)', 'execute'),
  ('function ops.drop_old_partition(text, timestamptz)', 'execute'),
  ('function ops.purge_deleted_playlists(timestamptz, integer)', 'execute'),
  ('function ops.end_expired_shares(timestamptz)', 'execute'),
  ('function ops.analyze_table(text)', 'execute'),
  ('function auth.purge_api_tokens()', 'execute'),
  ('schema audit', 'usage'),
  ('table audit.events', 'select'),
  ('function audit.note_export(bigint)', 'execute');

select ops.grant_serving_rights();
