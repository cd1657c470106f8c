-- Names that look alike: `AIice` with a capital i, `a1ice` with a one, `rnax` for `max`. The
-- skeleton is that of Unicode TR39 for the letters a name may have, with i and l as one. It is not
-- unique: accounts that came from elsewhere may look alike; registering and renaming look here.
alter table public.users
  add column username_skeleton text generated always as (
    replace(translate(lower(username), '01i', 'oll'), 'm', 'rn')
  ) stored;

create index idx_users_username_skeleton on public.users (username_skeleton);

comment on column public.users.username_skeleton is 'The name with letters that look alike made one; who registers may have no skeleton that is there.';
