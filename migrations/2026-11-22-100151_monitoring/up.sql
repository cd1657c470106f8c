-- What an operator watches. The functions run with their owner's rights, so that the server need not
-- have those of a monitor; only who may use the schema ops can call them.

-- The extension needs more rights than a migration has on most servers; without it, its figures are
-- left out, and `doctor` says how to add it.
do $$
begin
  if exists (select from pg_available_extensions where name = 'pg_stat_statements' and installed_version is null) then
    create extension pg_stat_statements schema ops;
  end if;
exception
  when insufficient_privilege then null;
end
$$;

create function ops.slow_statements_state() returns text
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
declare
  home text;
begin
  select extension.extnamespace::regnamespace::text
  into home
  from pg_catalog.pg_extension as extension
  where extension.extname = 'pg_stat_statements';
  if home is null then
    return 'not installed';
  end if;
  execute format('select from %s.pg_stat_statements(false) limit 1', home);
  return 'ok';
exception
  when object_not_in_prerequisite_state then
    return 'not loaded';
end
$$;

comment on function ops.slow_statements_state() is
  'Whether pg_stat_statements works here: ok, not installed (in this database) or not loaded (by the server).';

create function ops.slow_statements(threshold_ms double precision, at_most integer)
  returns table (
    query_id bigint, query text, calls bigint, mean_ms double precision, max_ms double precision,
    total_ms double precision, spread_ms double precision, rows_read bigint, blocks_hit bigint, blocks_read bigint,
    blocks_spilled bigint
  )
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
declare
  home text;
begin
  select extension.extnamespace::regnamespace::text
  into home
  from pg_catalog.pg_extension as extension
  where extension.extname = 'pg_stat_statements';
  if home is null then
    return;
  end if;
  return query execute format(
    'select statement.queryid, statement.query, statement.calls, statement.mean_exec_time,
       statement.max_exec_time, statement.total_exec_time, statement.stddev_exec_time, statement.rows,
       statement.shared_blks_hit, statement.shared_blks_read, statement.temp_blks_written
     from %s.pg_stat_statements(true) as statement
     where statement.dbid = (select oid from pg_catalog.pg_database where datname = current_database())
       and statement.max_exec_time >= $1
     order by statement.total_exec_time desc
     limit $2', home)
  using threshold_ms, at_most;
exception
  when object_not_in_prerequisite_state then
    return;
end
$$;

comment on function ops.slow_statements(double precision, integer) is
  'Statements of this database, constants left out, that took at least so many milliseconds once; the ones that cost most in all come first. None where pg_stat_statements does not work.';

create function ops.table_state()
  returns table (
    table_name text, live_rows bigint, dead_rows bigint, total_bytes bigint, bloat_bytes bigint,
    vacuumed_at timestamptz, analyzed_at timestamptz, vacuums bigint, transaction_age integer
  )
  language sql
  stable
  security definer
  set search_path = ''
as $$
  with width as (
    -- What a row takes: its pointer, its header, and its columns as the planner knows them.
    select
      stats.schemaname,
      stats.tablename,
      28 + sum(stats.avg_width * (1 - stats.null_frac)) as bytes
    from pg_catalog.pg_stats as stats
    where stats.schemaname in ('public', 'partitions', 'auth', 'audit', 'ops')
    group by stats.schemaname, stats.tablename
  )
  select
    regexp_replace(coalesce(pg_catalog.pg_partition_root(stat.relid), stat.relid)::regclass::text, '^public\.', ''),
    sum(stat.n_live_tup)::bigint,
    sum(stat.n_dead_tup)::bigint,
    sum(pg_catalog.pg_total_relation_size(stat.relid))::bigint,
    -- Without the planner's figures nothing is known.
    sum(greatest(
      class.relpages * 8192::bigint - ceil(greatest(class.reltuples, 0) * width.bytes / 8168) * 8192,
      0
    ) * (width.bytes is not null)::integer)::bigint,
    -- The partition that waits longest, of those that hold anything.
    min(greatest(stat.last_vacuum, stat.last_autovacuum)) filter (where class.relpages > 0),
    min(greatest(stat.last_analyze, stat.last_autoanalyze)) filter (where class.relpages > 0),
    sum(stat.vacuum_count + stat.autovacuum_count)::bigint,
    max(pg_catalog.age(class.relfrozenxid)) filter (where class.relfrozenxid <> '0')
  from pg_catalog.pg_stat_user_tables as stat
  join pg_catalog.pg_class as class on class.oid = stat.relid and class.relkind in ('r', 'm')
  left join width on width.schemaname = stat.schemaname and width.tablename = stat.relname
  where stat.schemaname in ('public', 'partitions', 'auth', 'audit', 'ops')
  group by 1
  order by 4 desc
$$;

comment on function ops.table_state() is
  'Tables, each with its partitions: rows, size and what of it holds nothing (estimated, in bytes), and when it was vacuumed and analyzed; the largest first.';

create function ops.index_state()
  returns table (index_name text, table_name text, scans bigint, total_bytes bigint, is_rule boolean, is_valid boolean)
  language sql
  stable
  security definer
  set search_path = ''
as $$
  select
    regexp_replace(coalesce(pg_catalog.pg_partition_root(stat.indexrelid), stat.indexrelid)::regclass::text, '^public\.', ''),
    regexp_replace(coalesce(pg_catalog.pg_partition_root(stat.relid), stat.relid)::regclass::text, '^public\.', ''),
    sum(stat.idx_scan)::bigint,
    sum(pg_catalog.pg_relation_size(stat.indexrelid))::bigint,
    bool_or(index.indisunique or index.indisexclusion),
    bool_and(index.indisvalid)
  from pg_catalog.pg_stat_user_indexes as stat
  join pg_catalog.pg_index as index on index.indexrelid = stat.indexrelid
  where stat.schemaname in ('public', 'partitions', 'auth', 'audit', 'ops')
  group by 1, 2
  order by 4 desc
$$;

comment on function ops.index_state() is
  'Indexes, each with those of the partitions: how often they were used since the figures were reset, their size in bytes, whether they keep a rule; the largest first.';

create function ops.lock_waits()
  returns table (
    pid integer, waited_ms double precision, query text, lock_mode text, table_name text, blocked_by integer[],
    blocker_state text, blocker_query text
  )
  language sql
  stable
  security definer
  set search_path = ''
as $$
  select
    waiting.pid,
    greatest(extract(epoch from clock_timestamp() - coalesce(lock.waitstart, waiting.query_start)) * 1000, 0),
    left(waiting.query, 1000),
    lock.mode,
    regexp_replace(lock.relation::regclass::text, '^public\.', ''),
    pg_catalog.pg_blocking_pids(waiting.pid),
    blocker.state,
    left(blocker.query, 1000)
  from pg_catalog.pg_locks as lock
  join pg_catalog.pg_stat_activity as waiting on waiting.pid = lock.pid
  left join pg_catalog.pg_stat_activity as blocker on blocker.pid = (pg_catalog.pg_blocking_pids(waiting.pid))[1]
  where not lock.granted and waiting.datname = current_database()
  order by 2 desc
  limit 100
$$;

comment on function ops.lock_waits() is
  'Who waits for a lock, for how long (milliseconds), and whom for; the longest first, at most 100.';

create function ops.connection_state() returns table (state text, connections bigint, longest_seconds double precision)
  language sql
  stable
  security definer
  set search_path = ''
as $$
  select
    activity.state,
    count(*),
    max(case
      when activity.state <> 'idle' then extract(epoch from clock_timestamp() - activity.xact_start)
    end)::double precision
  from pg_catalog.pg_stat_activity as activity
  where activity.datname = current_database() and activity.state is not null
  group by activity.state
  order by activity.state
$$;

comment on function ops.connection_state() is
  'Connections to this database by what they do, and the age of the longest transaction in seconds.';

create function ops.replication_state()
  returns table (name text, address text, state text, lag_bytes bigint, lag_seconds double precision)
  language sql
  stable
  security definer
  set search_path = ''
as $$
  select
    replica.application_name,
    host(replica.client_addr),
    replica.state,
    pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), replica.replay_lsn)::bigint,
    extract(epoch from replica.replay_lag)::double precision
  from pg_catalog.pg_stat_replication as replica
  where not pg_catalog.pg_is_in_recovery()
  order by 1, 2
$$;

comment on function ops.replication_state() is
  'Who follows this server''s log, and how far behind: bytes and seconds; no seconds where nothing is under way.';

create function ops.partition_state() returns table (table_name text, ready_until timestamptz, stray_rows bigint)
  language plpgsql
  security definer
  set search_path = ''
  set timezone = 'UTC'
as $$
declare
  part text;
  purpose constant text := ops.begin_keeping();
begin
  for table_name, part in
    select
      regexp_replace(class.oid::regclass::text, '^public\.', ''),
      case class.relnamespace when 'public'::regnamespace then '' else class.relnamespace::regnamespace || '_' end
        || class.relname
    from pg_catalog.pg_partitioned_table as partitioned
    join pg_catalog.pg_class as class on class.oid = partitioned.partrelid
    where class.relnamespace::regnamespace::text in ('public', 'audit') and partitioned.partstrat = 'r'
    order by 1
  loop
    ready_until := date_trunc('month', now());
    while to_regclass(format('partitions.%I', part || to_char(ready_until, '"_"YYYY"_"MM'))) is not null loop
      ready_until := ready_until + interval '1 month';
    end loop;
    execute format('select count(*) from partitions.%I', part || '_default') into stray_rows;
    return next;
  end loop;
  perform ops.end_keeping(purpose);
end
$$;

comment on function ops.partition_state() is
  'Partitioned tables: the end of the last month that stands ready without a gap, and rows in the default part, which belongs empty.';

-- As it was, and it says that it is keeping: rows outside of any month belong to anybody.
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
  purpose constant text := ops.begin_keeping();
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
  perform ops.end_keeping(purpose);
  return part;
end
$$;

revoke execute on function
  ops.slow_statements_state(), ops.slow_statements(double precision, integer), ops.table_state(), ops.index_state(),
  ops.lock_waits(), ops.connection_state(), ops.replication_state(), ops.partition_state()
from public;

insert into ops.serving_rights (object, rights) values
  ('function ops.slow_statements_state()', 'execute'),
  ('function ops.slow_statements(double precision, integer)', 'execute'),
  ('function ops.table_state()', 'execute'),
  ('function ops.index_state()', 'execute'),
  ('function ops.lock_waits()', 'execute'),
  ('function ops.connection_state()', 'execute'),
  ('function ops.replication_state()', 'execute'),
  ('function ops.partition_state()', 'execute');

select ops.grant_serving_rights();
