create table public.users (
  id bigint generated always as identity,
  username text not null,
  email text not null,
  password_hash text,
  is_active boolean not null default true,
  is_admin boolean not null default false,
  default_language text not null default 'en',
  default_categories jsonb not null default '[]',
  default_engines jsonb not null default '[]',
  token_version integer not null default 0,
  last_login timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint users_pkey primary key (id),
  constraint users_username_check check (username ~ '^[A-Za-z0-9][A-Za-z0-9._-]{1,79}$'),
  constraint users_email_check check (email ~ '^[^@\s]+@[^@\s]+$' and char_length(email) <= 254),
  constraint users_password_hash_check check (char_length(password_hash) between 1 and 255),
  constraint users_default_language_check check (
    default_language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$' and char_length(default_language) <= 35
  ),
  constraint users_default_categories_check check (public.is_text_array(default_categories)),
  constraint users_default_engines_check check (public.is_text_array(default_engines)),
  constraint users_token_version_check check (token_version >= 0)
);

-- Alice and alice are one person, and so are their addresses.
create unique index users_username_key on public.users (lower(username));
create unique index users_email_key on public.users (lower(email));

-- Finding people by a part of their name.
create index idx_users_username_trgm on public.users using gin (lower(username) public.gin_trgm_ops);
create index idx_users_created_at on public.users (created_at desc, id desc);

create trigger users_set_updated_at
  before update of username, email, password_hash, is_active, is_admin,
    default_language, default_categories, default_engines
  on public.users
  for each row execute function public.set_updated_at();

comment on table public.users is 'People who sign in, and the settings of their searches.';
comment on column public.users.id is 'Key.';
comment on column public.users.username is 'Name to sign in with and to be shown by, 2 to 80 characters; unique whatever the case.';
comment on column public.users.email is 'E-mail address, at most 254 characters; unique whatever the case.';
comment on column public.users.password_hash is 'Password hash in PHC form, or as the Python project wrote it until the next sign-in; null: cannot sign in with a password.';
comment on column public.users.is_active is 'False: may not sign in, and tokens are refused.';
comment on column public.users.is_admin is 'Whether the person runs the server.';
comment on column public.users.default_language is 'Language of searches and answers, a BCP 47 tag.';
comment on column public.users.default_categories is 'Search categories asked by default: array of names; empty: the server''s own choice.';
comment on column public.users.default_engines is 'Search engines asked by default: array of names; empty: the server''s own choice.';
comment on column public.users.token_version is 'Stands in every access token; raising it signs the person out everywhere. From 0.';
comment on column public.users.last_login is 'Instant of the last sign-in; null: never.';
comment on column public.users.created_at is 'Instant the account was made.';
comment on column public.users.updated_at is 'Instant of the last change to the account; signing in is none.';
