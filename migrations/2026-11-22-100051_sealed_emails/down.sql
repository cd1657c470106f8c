-- Only the application can read what is sealed, so this cannot bring the addresses back.
do $$
begin
  if exists (select from public.users where email_sealed is not null) then
    raise exception 'the e-mail addresses are sealed; run `admin unseal-emails` before this migration is taken back';
  end if;
end
$$;

update public.users set email = 'nobody' || id || '@localhost' where email is null;

drop index public.users_email_lookup_key, public.idx_users_email_unsealed;

alter table public.users
  drop constraint users_email_kept_once_check,
  drop constraint users_email_lookup_check,
  drop constraint users_email_sealed_check,
  drop column email_lookup,
  drop column email_sealed,
  alter column email set not null;

comment on column public.users.email is 'E-mail address, at most 254 characters; unique whatever the case.';
