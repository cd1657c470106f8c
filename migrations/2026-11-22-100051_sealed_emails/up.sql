-- E-mail addresses are kept encrypted by the application, and found by a keyed hash. The plain
-- column stays for addresses that came in by other ways; the server seals them when it starts.
alter table public.users
  alter column email drop not null,
  add column email_sealed text,
  add column email_lookup text,
  add constraint users_email_sealed_check check (
    email_sealed ~ '^[A-Za-z0-9_-]{1,32}\.[A-Za-z0-9_-]+$' and char_length(email_sealed) <= 1000
  ),
  add constraint users_email_lookup_check check (email_lookup ~ '^[0-9a-f]{64}$'),
  add constraint users_email_kept_once_check check (
    num_nonnulls(email, email_sealed) <= 1 and (email_sealed is null) = (email_lookup is null)
  );

create unique index users_email_lookup_key on public.users (email_lookup);
create index idx_users_email_unsealed on public.users (id) where email is not null;

comment on column public.users.email is 'E-mail address in clear, at most 254 characters, until the server has sealed it; null: it is sealed, or there is none.';
comment on column public.users.email_sealed is 'E-mail address, encrypted: the id of the key, a dot, and nonce and ciphertext in URL-safe base64; bound to the row. Null: in clear, or there is none.';
comment on column public.users.email_lookup is 'Keyed hash of the e-mail address in lower case, in hexadecimal: unique whatever the case. Null with email_sealed.';
