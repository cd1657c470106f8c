-- Who did it and by which request are settings of the transaction (src/db/actor.rs). The functions
-- run with the rights of their owner: whoever makes a change need not be able to write here.
create function audit.write(
  operation text, subject_table text, subject_key bigint, before jsonb, after jsonb, stand_in bigint
) returns void
  language sql
  security definer
  set search_path = ''
as $$
  insert into audit.events (actor_id, operation, subject_table, subject_key, before, after, request_id)
  values (
    coalesce(nullif(current_setting('searxng.viewer_id', true), '')::bigint, stand_in),
    operation, subject_table, subject_key, before, after,
    left(nullif(current_setting('searxng.request_id', true), ''), 64)
  )
$$;

comment on function audit.write(text, text, bigint, jsonb, jsonb, bigint) is
  'Adds an audit event of the transaction''s person and request, or of the stand-in where nobody has signed in.';
revoke execute on function audit.write(text, text, bigint, jsonb, jsonb, bigint) from public;

-- Of a secret it is told that it is set, under the name of what it keeps: password_hash is password.
create function audit.told(this jsonb, other jsonb, columns text[], secrets text[], is_after boolean) returns jsonb
  language sql
  immutable
  set search_path = ''
as $$
  select coalesce(jsonb_object_agg(told.name, told.value), '{}')
  from (
    select plain.name, this -> plain.name as value
    from unnest(columns) as plain (name)
    where nullif(this -> plain.name, 'null') is distinct from nullif(other -> plain.name, 'null')
    union all
    select regexp_replace(secret.name, '_(hash|lookup)$', ''),
      case
        when this ->> secret.name is null then 'null'::jsonb
        when is_after and other ->> secret.name is not null then '"set anew"'::jsonb
        else '"set"'::jsonb
      end
    from unnest(secrets) as secret (name)
    where this ->> secret.name is distinct from other ->> secret.name
  ) as told
$$;

comment on function audit.told(jsonb, jsonb, text[], text[], boolean) is
  'What of a row differs from the other one: its columns as they are, its secrets as set, set anew or null.';

create function audit.note() returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  columns text[] := tg_argv[0];
  secrets text[] := tg_argv[1];
  was jsonb;
  became jsonb;
begin
  if tg_op <> 'INSERT' then
    was := to_jsonb(old);
  end if;
  if tg_op <> 'DELETE' then
    became := to_jsonb(new);
  end if;
  perform audit.write(
    lower(tg_op), tg_table_name, (coalesce(became, was) ->> 'id')::bigint,
    case when was is not null then audit.told(was, became, columns, secrets, false) end,
    case when became is not null then audit.told(became, was, columns, secrets, true) end,
    (became ->> tg_argv[2])::bigint);
  return null;
end
$$;

comment on function audit.note() is
  'Trigger: adds an audit event. Its arguments: the columns it tells, the secret ones, and the one that names who did it where nobody has signed in.';

-- What ends with everything else of a person is told by that person's row.
create function audit.note_session_end() returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if exists (
    select from public.users where users.id = new.user_id and users.token_version = new.token_version
  ) then
    perform audit.write(
      'update', tg_table_name, new.id,
      jsonb_build_object('user_id', old.user_id, 'ended_at', old.ended_at),
      jsonb_build_object('user_id', new.user_id, 'ended_at', new.ended_at), null);
  end if;
  return null;
end
$$;

comment on function audit.note_session_end() is
  'Trigger: adds an audit event for a session that ends alone, and not with all tokens of its person.';

create function audit.note_export(user_id bigint) returns void
  language sql
  security definer
  set search_path = ''
as $$
  select audit.write('export', 'users', user_id, null, null, null)
$$;

comment on function audit.note_export(bigint) is 'Adds an audit event: all that is kept of a person was given out.';

-- Accounts. Bulk loads make theirs outside any request; administrators are told whoever makes them.
create trigger users_audit_insert
  after insert on public.users
  for each row
  when (new.is_admin or nullif(current_setting('searxng.request_id', true), '') is not null)
  execute function audit.note('{username,is_active,is_admin}', '{password_hash,email_lookup}');

-- A hash that is made anew from the same password, and an address that is sealed anew, are no change.
create trigger users_audit_update
  after update of username, is_active, is_admin, token_version, email_lookup on public.users
  for each row
  when (
    (old.username, old.is_active, old.is_admin, old.token_version)
      is distinct from (new.username, new.is_active, new.is_admin, new.token_version)
    or old.email_lookup <> new.email_lookup
  )
  execute function audit.note('{username,is_active,is_admin,token_version}', '{password_hash,email_lookup}');

create trigger users_audit_delete
  after delete on public.users
  for each row execute function audit.note('{username,is_active,is_admin}');

-- Sessions and tokens.
create trigger sessions_audit_insert
  after insert on auth.sessions
  for each row execute function audit.note('{user_id,expires_at}', '{}', 'user_id');

create trigger sessions_audit_end
  after update of ended_at on auth.sessions
  for each row
  when (old.ended_at is null and new.ended_at is not null)
  execute function audit.note_session_end();

create trigger api_tokens_audit_insert
  after insert on auth.api_tokens
  for each row execute function audit.note('{user_id,name,scopes,expires_at}');

create trigger api_tokens_audit_update
  after update of scopes, expires_at, revoked_at on auth.api_tokens
  for each row
  when (
    (old.scopes, old.expires_at, old.revoked_at) is distinct from (new.scopes, new.expires_at, new.revoked_at)
  )
  execute function audit.note('{scopes,expires_at,revoked_at}');

-- Owners, sharing, and lists that end.
create trigger playlists_audit_update
  after update of owner_id, visibility, is_collaborative, collaboration_mode, invite_epoch,
    share_token_hash, share_password_hash, share_expires_at, deleted_at
  on public.playlists
  for each row
  when (
    (
      old.owner_id, old.visibility, old.is_collaborative, old.collaboration_mode, old.invite_epoch,
      old.share_token_hash, old.share_password_hash, old.share_expires_at, old.deleted_at
    ) is distinct from (
      new.owner_id, new.visibility, new.is_collaborative, new.collaboration_mode, new.invite_epoch,
      new.share_token_hash, new.share_password_hash, new.share_expires_at, new.deleted_at
    )
  )
  execute function audit.note(
    '{owner_id,visibility,is_collaborative,collaboration_mode,invite_epoch,share_expires_at,deleted_at}',
    '{share_token_hash,share_password_hash}');

create trigger playlists_audit_delete
  after delete on public.playlists
  for each row execute function audit.note('{name,owner_id,visibility,deleted_at}');

-- Roles and permissions. What goes with its list or its person is told by theirs.
create trigger playlist_collaborators_audit_insert
  after insert on public.playlist_collaborators
  for each row
  when (nullif(current_setting('searxng.request_id', true), '') is not null)
  execute function audit.note(
    '{playlist_id,user_id,role,can_add_tracks,can_remove_tracks,can_reorder_tracks,can_invite_others,can_change_details,invitation_status}');

create trigger playlist_collaborators_audit_update
  after update of role, can_add_tracks, can_remove_tracks, can_reorder_tracks, can_invite_others,
    can_change_details, invitation_status
  on public.playlist_collaborators
  for each row
  when (
    (
      old.role, old.can_add_tracks, old.can_remove_tracks, old.can_reorder_tracks, old.can_invite_others,
      old.can_change_details, old.invitation_status
    ) is distinct from (
      new.role, new.can_add_tracks, new.can_remove_tracks, new.can_reorder_tracks, new.can_invite_others,
      new.can_change_details, new.invitation_status
    )
  )
  execute function audit.note(
    '{role,can_add_tracks,can_remove_tracks,can_reorder_tracks,can_invite_others,can_change_details,invitation_status}');

create trigger playlist_collaborators_audit_delete
  after delete on public.playlist_collaborators
  for each row when (pg_trigger_depth() = 0)
  execute function audit.note(
    '{playlist_id,user_id,role,can_add_tracks,can_remove_tracks,can_reorder_tracks,can_invite_others,can_change_details,invitation_status}');

-- Merges, and what leaves the catalogue. What a merge points on follows from it.
create trigger tracks_audit_merge
  after update of merged_into_id on public.tracks
  for each row when (old.merged_into_id is distinct from new.merged_into_id and pg_trigger_depth() = 0)
  execute function audit.note('{merged_into_id}');

create trigger artists_audit_merge
  after update of merged_into_id on public.artists
  for each row when (old.merged_into_id is distinct from new.merged_into_id and pg_trigger_depth() = 0)
  execute function audit.note('{merged_into_id}');

create trigger albums_audit_merge
  after update of merged_into_id on public.albums
  for each row when (old.merged_into_id is distinct from new.merged_into_id and pg_trigger_depth() = 0)
  execute function audit.note('{merged_into_id}');

create trigger tracks_audit_delete
  after delete on public.tracks
  for each row when (pg_trigger_depth() = 0)
  execute function audit.note('{title,artist_id,album_id}');

create trigger artists_audit_delete
  after delete on public.artists
  for each row when (pg_trigger_depth() = 0)
  execute function audit.note('{name}');

create trigger albums_audit_delete
  after delete on public.albums
  for each row when (pg_trigger_depth() = 0)
  execute function audit.note('{title,artist_id}');

create trigger genres_audit_delete
  after delete on public.genres
  for each row when (pg_trigger_depth() = 0)
  execute function audit.note('{name,slug}');
