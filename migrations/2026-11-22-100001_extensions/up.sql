-- The three extensions everything else rests on. All are trusted: a role that may create in the
-- database can install them. They stand in `public`, because functions, generated columns and
-- indexes name them there; a dump is restored with an empty search path.
do $$
begin
  if current_setting('server_encoding') <> 'UTF8' then
    raise exception 'the database must be encoded in UTF8, not %', current_setting('server_encoding');
  end if;
end
$$;

create extension if not exists pg_trgm with schema public;
create extension if not exists unaccent with schema public;
create extension if not exists btree_gist with schema public;
