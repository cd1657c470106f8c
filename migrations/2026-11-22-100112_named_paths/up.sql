-- What sign-in has to do before anybody is known, and what nobody in particular owns. Each of these
-- functions runs with the rights of the owner, looks at what is named by what the caller proves to have
-- (the hash of a token, the number of a session that a signature vouches for), and gives no more of it
-- than the server needs: they stop a mistake in the server from listing sessions, tokens or who tried to
-- sign in. Statements about the sessions and tokens of a viewer do not pass here: they are held by the
-- policies.

-- With every request: what ops.begin_keeping and ops.end_keeping do stands here itself, which takes a
-- third of the time.
create function auth.session_holder(session bigint, person bigint, version integer) returns boolean
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  purpose constant text := current_setting('searxng.purpose', true);
  is_admin boolean;
begin
  perform set_config('searxng.purpose', 'keeping', true);
  select users.is_admin into is_admin
  from public.users
  join auth.sessions on sessions.user_id = users.id
  where users.is_active and sessions.ended_at is null
    and sessions.token_version = users.token_version and users.token_version = version
    and users.id = person and sessions.id = session;
  perform set_config('searxng.purpose', coalesce(purpose, ''), true);
  return is_admin;
end
$$;

comment on function auth.session_holder(bigint, bigint, integer) is
  'Whether the person of a session that goes on is an administrator; null: it does not go on, or the account is closed.';

create function auth.api_token_holder(hash text)
  returns table (user_id bigint, is_admin boolean, id bigint, scopes text[], expires_at timestamptz, is_use_new boolean)
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  purpose constant text := ops.begin_keeping();
begin
  return query
    select
      users.id, users.is_admin, token.id, token.scopes, token.expires_at,
      token.last_used_at is null or token.last_used_at < now() - interval '5 minutes'
    from auth.api_tokens as token
    join public.users on users.id = token.user_id and users.token_version = token.token_version
    where users.is_active and token.revoked_at is null
      and (token.expires_at is null or token.expires_at > now())
      and token.token_hash = hash;
  perform ops.end_keeping(purpose);
end
$$;

comment on function auth.api_token_holder(text) is
  'Who gave a program the good token of this hash, what it allows, and whether its last use was noted more than five minutes ago.';

create function auth.note_api_token_use(hash text) returns void
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  purpose constant text := ops.begin_keeping();
begin
  update auth.api_tokens set last_used_at = now() where api_tokens.token_hash = hash;
  perform ops.end_keeping(purpose);
end
$$;

comment on function auth.note_api_token_use(text) is 'Notes that the token of this hash was used.';

-- One statement: of two callers with one token, the row lock lets one through, and the other finds it
-- spent.
create function auth.renew_session(spent_hash text, next_hash text, days integer)
  returns table (id bigint, user_id bigint, token_version integer, expires_at timestamptz)
  language plpgsql
  security definer
  set search_path = ''
as $$
#variable_conflict use_column
declare
  purpose constant text := ops.begin_keeping();
begin
  return query
    with spent as (
      update auth.refresh_tokens
      set spent_at = now()
      where spent_at is null and token_hash = spent_hash
      returning session_id
    ), renewed as (
      update auth.sessions
      set refreshed_at = now(), expires_at = now() + interval '1 day' * days
      from spent, public.users
      where sessions.id = spent.session_id and sessions.ended_at is null and sessions.expires_at > now()
        and users.id = sessions.user_id and users.is_active and users.token_version = sessions.token_version
      returning sessions.id, sessions.user_id, sessions.token_version, sessions.expires_at
    ), issued as (
      insert into auth.refresh_tokens (session_id, token_hash)
      select renewed.id, next_hash from renewed
      returning session_id
    )
    select renewed.id, renewed.user_id, renewed.token_version, renewed.expires_at
    from renewed
    join issued on issued.session_id = renewed.id;
  perform ops.end_keeping(purpose);
end
$$;

comment on function auth.renew_session(text, text, integer) is
  'Spends the refresh token of one hash, puts one of another hash in its place, and prolongs the session by so many days; no row: the token is not good, or no longer.';

create function auth.end_reused_session(hash text) returns table (id bigint, user_id bigint)
  language plpgsql
  security definer
  set search_path = ''
as $$
#variable_conflict use_column
declare
  purpose constant text := ops.begin_keeping();
begin
  return query
    update auth.sessions
    set ended_at = now()
    from auth.refresh_tokens as token
    where sessions.id = token.session_id and sessions.ended_at is null
      and token.spent_at is not null and token.token_hash = hash
    returning sessions.id, sessions.user_id;
  perform ops.end_keeping(purpose);
end
$$;

comment on function auth.end_reused_session(text) is
  'Ends the session of the spent refresh token of this hash; gives it and its person.';

create function auth.count_try(counted text, free integer) returns double precision
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  purpose constant text := ops.begin_keeping();
  seconds double precision;
begin
  insert into auth.attempts as tried (subject, tries)
  values (counted, 1)
  on conflict (subject) do update set
    tries = case when tried.last_at < now() - interval '1 day' then 1 else least(tried.tries, 1000000) + 1 end,
    first_at = case when tried.last_at < now() - interval '1 day' then now() else tried.first_at end,
    last_at = now(),
    blocked_until = case
      when tried.last_at >= now() - interval '1 day' and tried.tries + 1 >= free
        then now() + least(interval '15 minutes', interval '1 second' * 2 ^ least(tried.tries + 1 - free, 20))
    end
  where tried.blocked_until is null or tried.blocked_until <= now();
  if not found then
    select coalesce(greatest(extract(epoch from attempts.blocked_until - now()), 0), 0)::double precision
    into seconds
    from auth.attempts
    where attempts.subject = counted;
    seconds := coalesce(seconds, 0);
  end if;
  perform ops.end_keeping(purpose);
  return seconds;
end
$$;

comment on function auth.count_try(text, integer) is
  'Counts a try of which so many are free; null: it is counted, else seconds until the next one is.';

create function auth.forget_tries(counted text) returns void
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  purpose constant text := ops.begin_keeping();
begin
  delete from auth.attempts where attempts.subject = counted;
  perform ops.end_keeping(purpose);
end
$$;

comment on function auth.forget_tries(text) is 'Forgets the tries of a subject.';

create function auth.forgive_try(counted text) returns void
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  purpose constant text := ops.begin_keeping();
begin
  update auth.attempts
  set tries = attempts.tries - 1, blocked_until = null
  where attempts.tries > 1 and attempts.subject = counted;
  perform ops.end_keeping(purpose);
end
$$;

comment on function auth.forgive_try(text) is 'Takes one try of a subject back.';

create function auth.purge() returns integer
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  purpose constant text := ops.begin_keeping();
  purged integer;
begin
  delete from auth.attempts where attempts.last_at < now() - interval '2 days';
  delete from auth.sessions
  where sessions.id in (
    select ended.id
    from auth.sessions as ended
    where least(ended.expires_at, coalesce(ended.ended_at, ended.expires_at)) < now() - interval '30 days'
    limit 10000
  );
  get diagnostics purged = row_count;
  perform ops.end_keeping(purpose);
  return purged;
end
$$;

comment on function auth.purge() is
  'Removes tries that count no longer and sessions that have been over for 30 days, at most 10,000; returns how many sessions.';

create function auth.check_keys(found_check text) returns boolean
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  purpose constant text := ops.begin_keeping();
  is_good boolean;
begin
  insert into auth.key_check as kept (lookup_check)
  values (found_check)
  on conflict (is_the_one) do update set lookup_check = excluded.lookup_check
  where kept.lookup_check = excluded.lookup_check
    or not exists (select from public.users where users.email_sealed is not null);
  is_good := found;
  perform ops.end_keeping(purpose);
  return is_good;
end
$$;

comment on function auth.check_keys(text) is
  'Whether keys that make this hash of the fixed text are those of the database; where nothing is sealed, they become those.';

revoke execute on all functions in schema auth from public;
grant execute on function auth.viewer_id(), auth.notify_access() to public;

insert into ops.serving_rights (object, rights) values
  ('function auth.session_holder(bigint, bigint, integer)', 'execute'),
  ('function auth.api_token_holder(text)', 'execute'),
  ('function auth.note_api_token_use(text)', 'execute'),
  ('function auth.renew_session(text, text, integer)', 'execute'),
  ('function auth.end_reused_session(text)', 'execute'),
  ('function auth.count_try(text, integer)', 'execute'),
  ('function auth.forget_tries(text)', 'execute'),
  ('function auth.forgive_try(text)', 'execute'),
  ('function auth.purge()', 'execute'),
  ('function auth.check_keys(text)', 'execute');

select ops.grant_serving_rights();
