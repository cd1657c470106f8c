-- Two roles. Whoever runs the migrations owns everything; the server serves as `searxng_server`,
-- which owns nothing, is no superuser and cannot bypass row-level security. What it may do stands in a
-- table, so that a later migration adds a row for what it brings, and so that the rights can be given
-- anew when the role is made after the migrations, by somebody who may make roles.
create table ops.serving_rights (
  object text not null,
  rights text not null,
  constraint serving_rights_pkey primary key (object)
);

comment on table ops.serving_rights is
  'What the role searxng_server may do beyond reading and writing the tables of public; given by ops.grant_serving_rights.';
comment on column ops.serving_rights.object is 'What stands behind ON in a GRANT, as `table auth.sessions` or `schema auth`.';
comment on column ops.serving_rights.rights is 'What stands before it, as `select, insert`.';

insert into ops.serving_rights (object, rights) values
  ('schema public', 'usage'),
  ('schema ops', 'usage'),
  ('table ops.view_refreshes', 'select'),
  ('table ops.statistics_ranges', 'select'),
  ('function ops.ensure_partitions(date, date)', 'execute'),
  ('function ops.refresh_statistics()', 'execute'),
  ('schema auth', 'usage');

-- Tables of public are given one by one: others may have theirs beside ours. The parts in the schema
-- `partitions` are not given at all: they are reached through their tables, where the policies are.
create function ops.grant_serving_rights() returns boolean
  language plpgsql
  set search_path = ''
as $$
declare
  membership text := case when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER' end;
  given record;
begin
  if to_regrole('searxng_server') is null then
    begin
      create role searxng_server nologin;
    exception
      -- Another database of this server was a moment faster.
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then return false;
    end;
  end if;
  -- The owner may take the role, where it is all that the server is given to connect with.
  if not pg_catalog.pg_has_role(current_user, 'searxng_server', membership) then
    begin
      execute format('grant searxng_server to %I', current_user);
    exception
      when insufficient_privilege then null;
    end;
  end if;
  for given in
    select
      class.oid::regclass as name,
      case
        when class.relkind = 'S' then 'usage on sequence'
        when class.relkind in ('v', 'm') then 'select on table'
        else 'select, insert, update, delete on table'
      end as rights
    from pg_catalog.pg_class as class
    where class.relnamespace = 'public'::regnamespace
      and class.relkind in ('r', 'p', 'v', 'm', 'S')
      and pg_catalog.pg_get_userbyid(class.relowner) = current_user
      and class.relname <> '__diesel_schema_migrations'
  loop
    execute format('grant %s %s to searxng_server', given.rights, given.name);
  end loop;
  alter default privileges in schema public grant select, insert, update, delete on tables to searxng_server;
  alter default privileges in schema public grant usage on sequences to searxng_server;
  for given in
    select serving_rights.object, serving_rights.rights
    from ops.serving_rights
    order by serving_rights.object
  loop
    execute format('grant %s on %s to searxng_server', given.rights, given.object);
  end loop;
  -- The server asks whether migrations are pending.
  if to_regclass('diesel.__diesel_schema_migrations') is not null then
    grant usage on schema diesel to searxng_server;
    grant select on diesel.__diesel_schema_migrations to searxng_server;
  end if;
  return true;
end
$$;

revoke execute on function ops.grant_serving_rights() from public;

comment on function ops.grant_serving_rights() is
  'Makes the role searxng_server where it is missing and may be made, and gives it its rights: tables of public, and what ops.serving_rights lists; false: there is no such role. A migration that brings tables outside of public adds its rows and calls this.';

select ops.grant_serving_rights();
