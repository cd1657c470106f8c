-- A server without an administrator could not be given one but on the command line. The lock makes
-- two administrators who leave at the same moment take turns; each look is then at what the other
-- has committed.
create function public.users_keep_administrator() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('users_keep_administrator'));
  if not exists (
    select from public.users where users.is_admin and users.is_active and users.id <> old.id
  ) then
    raise exception 'user % is the last administrator', old.id
      using errcode = 'check_violation', schema = 'public', table = 'users',
        constraint = 'users_last_administrator';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$$;

comment on function public.users_keep_administrator() is
  'Trigger: refuses that the last active administrator is deleted, demoted or deactivated (users_last_administrator).';

create trigger users_keep_administrator
  before update of is_admin, is_active on public.users
  for each row
  when (old.is_admin and old.is_active and not (new.is_admin and new.is_active))
  execute function public.users_keep_administrator();

create trigger users_keep_administrator_removed
  before delete on public.users
  for each row
  when (old.is_admin and old.is_active)
  execute function public.users_keep_administrator();
