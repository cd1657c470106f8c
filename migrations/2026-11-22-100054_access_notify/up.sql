-- Open sockets have to hear at once that their token is worth nothing any more. The message is the
-- person's key alone; the tables are the truth.
create function auth.notify_access() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  perform pg_catalog.pg_notify(
    'account_access',
    case tg_table_name when 'users' then to_jsonb(old) ->> 'id' else to_jsonb(old) ->> 'user_id' end);
  return null;
end
$$;

comment on function auth.notify_access() is
  'Trigger: notifies the channel account_access with the key of a person whose rights or tokens have changed.';

create trigger users_notify_access
  after update of is_active, is_admin, token_version on public.users
  for each row
  when ((old.is_active, old.is_admin, old.token_version) is distinct from (new.is_active, new.is_admin, new.token_version))
  execute function auth.notify_access();

create trigger users_notify_removal
  after delete on public.users
  for each row execute function auth.notify_access();

create trigger sessions_notify_access
  after update of ended_at on auth.sessions
  for each row
  when (old.ended_at is distinct from new.ended_at)
  execute function auth.notify_access();

create trigger api_tokens_notify_access
  after update of revoked_at on auth.api_tokens
  for each row
  when (old.revoked_at is distinct from new.revoked_at)
  execute function auth.notify_access();
