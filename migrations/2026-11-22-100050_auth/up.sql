-- What proves who somebody is. No secret stands here in clear: tokens are kept as hashes.
create schema auth;
comment on schema auth is 'Sign-in: sessions, tokens and attempts; nothing of the domain.';

create table auth.sessions (
  id bigint generated always as identity,
  user_id bigint not null,
  token_version integer not null,
  created_at timestamptz not null default now(),
  refreshed_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  constraint sessions_pkey primary key (id),
  constraint sessions_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint sessions_expires_at_check check (expires_at > created_at),
  constraint sessions_refreshed_at_check check (refreshed_at >= created_at)
);

create index idx_sessions_user_id on auth.sessions (user_id);

comment on table auth.sessions is 'One for each sign-in: the family of all refresh tokens that came of it.';
comment on column auth.sessions.id is 'Key; stands in every access token of the session.';
comment on column auth.sessions.user_id is 'The person; deleting them deletes the session.';
comment on column auth.sessions.token_version is 'users.token_version at the sign-in; another one there ends the session.';
comment on column auth.sessions.created_at is 'Instant of the sign-in.';
comment on column auth.sessions.refreshed_at is 'Instant of the last exchange of its refresh token.';
comment on column auth.sessions.expires_at is 'Instant after which it can no longer be refreshed.';
comment on column auth.sessions.ended_at is 'Instant it was ended, by signing out or by the reuse of a spent token; null: it goes on.';

create table auth.refresh_tokens (
  id bigint generated always as identity,
  session_id bigint not null,
  token_hash text not null,
  issued_at timestamptz not null default now(),
  spent_at timestamptz,
  constraint refresh_tokens_pkey primary key (id),
  constraint refresh_tokens_session_id_fkey foreign key (session_id) references auth.sessions (id) on delete cascade,
  constraint refresh_tokens_token_hash_key unique (token_hash),
  constraint refresh_tokens_token_hash_check check (token_hash ~ '^[0-9a-f]{64}$')
);

create index idx_refresh_tokens_session_id on auth.refresh_tokens (session_id);

comment on table auth.refresh_tokens is 'Refresh tokens, spent ones too, so that a second use is noticed.';
comment on column auth.refresh_tokens.id is 'Key.';
comment on column auth.refresh_tokens.session_id is 'The session it prolongs; deleting that deletes it.';
comment on column auth.refresh_tokens.token_hash is 'SHA-256 of the token, in hexadecimal.';
comment on column auth.refresh_tokens.issued_at is 'Instant it was given out.';
comment on column auth.refresh_tokens.spent_at is 'Instant it was exchanged for the next one; null: it has not been used.';

create table auth.api_tokens (
  id bigint generated always as identity,
  user_id bigint not null,
  name text not null,
  token_hash text not null,
  scopes text[] not null,
  token_version integer not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  constraint api_tokens_pkey primary key (id),
  constraint api_tokens_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint api_tokens_name_check check (char_length(name) between 1 and 100),
  constraint api_tokens_token_hash_key unique (token_hash),
  constraint api_tokens_token_hash_check check (token_hash ~ '^[0-9a-f]{64}$'),
  constraint api_tokens_scopes_check check (
    cardinality(scopes) between 1 and 8
    and scopes <@ '{
      read, playlist_read_private, playlist_write, library_write, history_read, history_write,
      catalogue_write, admin
    }'::text[]
  ),
  constraint api_tokens_expires_at_check check (expires_at > created_at)
);

create index idx_api_tokens_user_id on auth.api_tokens (user_id);

comment on table auth.api_tokens is 'Tokens that people give to programs, with less rights than their own.';
comment on column auth.api_tokens.id is 'Key.';
comment on column auth.api_tokens.user_id is 'The person they act for; deleting them deletes the token.';
comment on column auth.api_tokens.name is 'What the person calls it, 1 to 100 characters.';
comment on column auth.api_tokens.token_hash is 'SHA-256 of the token, in hexadecimal.';
comment on column auth.api_tokens.scopes is 'What it allows: words of the enum Scope, in lower case.';
comment on column auth.api_tokens.token_version is 'users.token_version when it was issued; another one there ends the token.';
comment on column auth.api_tokens.created_at is 'Instant it was issued.';
comment on column auth.api_tokens.expires_at is 'Instant it ends by itself; null: never.';
comment on column auth.api_tokens.last_used_at is 'Instant of its last use, to five minutes; null: never used.';
comment on column auth.api_tokens.revoked_at is 'Instant it was revoked; null: it was not.';

create table auth.attempts (
  subject text not null,
  tries integer not null,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  blocked_until timestamptz,
  constraint attempts_pkey primary key (subject),
  constraint attempts_subject_check check (char_length(subject) between 1 and 200),
  constraint attempts_tries_check check (tries > 0)
);

create index idx_attempts_last_at on auth.attempts (last_at);

comment on table auth.attempts is 'How often somebody tried to sign in, for each account and each address.';
comment on column auth.attempts.subject is 'What is counted: account:<id>, unknown:<keyed hash of a name>, address:<ip>, register:<ip>.';
comment on column auth.attempts.tries is 'Tries since the last success or the last quiet day.';
comment on column auth.attempts.first_at is 'Instant of the first of them.';
comment on column auth.attempts.last_at is 'Instant of the last of them.';
comment on column auth.attempts.blocked_until is 'Until when further tries are refused without a look; null: they are not.';

create table auth.key_check (
  is_the_one boolean not null default true,
  lookup_check text not null,
  constraint key_check_pkey primary key (is_the_one),
  constraint key_check_is_the_one_check check (is_the_one),
  constraint key_check_lookup_check_check check (lookup_check ~ '^[0-9a-f]{64}$')
);

comment on table auth.key_check is 'Which keys the addresses here are sealed with, so that a server with other keys does not start.';
comment on column auth.key_check.is_the_one is 'Key; there is one row at most.';
comment on column auth.key_check.lookup_check is 'Keyed hash of a fixed text, in hexadecimal: equal for equal keys.';
