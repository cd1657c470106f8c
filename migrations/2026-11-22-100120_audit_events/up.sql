-- What was done to accounts, rights and lists, by whom. Rows are only ever added: no role changes or
-- removes one, the owner neither; a month goes as a whole, when its part is dropped.
create schema audit;
comment on schema audit is 'What was done to accounts, rights and lists, by whom; nothing is ever changed here.';

create table audit.events (
  id bigint generated always as identity,
  occurred_at timestamptz not null default now(),
  actor_id bigint,
  operation text not null,
  subject_table text not null,
  subject_key bigint not null,
  before jsonb,
  after jsonb,
  request_id text,
  constraint events_pkey primary key (id, occurred_at),
  constraint events_operation_check check (operation in ('insert', 'update', 'delete', 'export')),
  constraint events_subject_table_check check (subject_table ~ '^[a-z_]{1,63}$'),
  constraint events_before_check check (
    case operation when 'update' then before is not null when 'delete' then before is not null else before is null end
    and jsonb_typeof(before) = 'object'
  ),
  constraint events_after_check check (
    case operation when 'insert' then after is not null when 'update' then after is not null else after is null end
    and jsonb_typeof(after) = 'object'
  ),
  constraint events_request_id_check check (char_length(request_id) between 1 and 64)
) partition by range (occurred_at);

-- Every list of events is read from the newest on.
create index idx_events_occurred_at on audit.events (occurred_at desc, id desc);
create index idx_events_actor_id on audit.events (actor_id, occurred_at desc, id desc);
create index idx_events_subject on audit.events (subject_table, subject_key, occurred_at desc, id desc);
create index idx_events_operation on audit.events (operation, occurred_at desc, id desc);
create index idx_events_request_id on audit.events (request_id) where request_id is not null;

comment on table audit.events is 'One row for each thing that was done to accounts, rights, lists and merged recordings.';
comment on column audit.events.id is 'Key, unique over all months.';
comment on column audit.events.occurred_at is 'Instant the transaction that did it began.';
comment on column audit.events.actor_id is 'The person who did it, by the key they had in users; null: the server, or somebody who had not signed in.';
comment on column audit.events.operation is 'insert, update, delete, or export: a copy of all that is kept of a person was given out.';
comment on column audit.events.subject_table is 'The table it was done to, without its schema.';
comment on column audit.events.subject_key is 'Key of the row it was done to.';
comment on column audit.events.before is 'What changed, as it was: object, without secrets, of which it says only that they were set; null: there was no row.';
comment on column audit.events.after is 'The same, as it became; null: the row is gone, or was only read.';
comment on column audit.events.request_id is 'The request it was done by, as told in the header x-request-id; null: the server, or its command line.';

create function audit.refuse_change() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  raise exception 'audit events are neither changed nor removed'
    using errcode = 'check_violation', schema = 'audit', table = 'events', constraint = 'events_append_only';
end
$$;

comment on function audit.refuse_change() is 'Trigger: refuses to change or remove audit events (events_append_only).';

create trigger events_refuse_change
  before update or delete on audit.events
  for each row execute function audit.refuse_change();

create trigger events_refuse_truncate
  before truncate on audit.events
  for each statement execute function audit.refuse_change();

-- Triggers of statements are not handed down to parts, which can be emptied one by one.
create function audit.keep(part_name text) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  execute format(
    'create trigger events_refuse_truncate before truncate on partitions.%I
     for each statement execute function audit.refuse_change()',
    part_name);
end
$$;

comment on function audit.keep(text) is 'Lets a monthly part of audit.events refuse to be emptied.';
revoke execute on function audit.keep(text) from public;

create table partitions.audit_events_default partition of audit.events default;
select audit.keep('audit_events_default');

-- As before, and for the tables of audit as well. Their parts carry the schema's name.
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

comment on function ops.ensure_partitions(date, date) is
  'Creates the missing monthly parts (months in UTC) of every partitioned table of public and audit, from the month of the first date to that of the second; returns how many.';

select ops.ensure_partitions(current_date, (current_date + interval '3 months')::date);
