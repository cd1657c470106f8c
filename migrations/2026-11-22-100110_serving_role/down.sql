-- The role goes with its last database, unless somebody logs in as it.
do $$
begin
  if to_regrole('searxng_server') is null then
    return;
  end if;
  drop owned by searxng_server;
  if exists (select from pg_roles where rolname = 'searxng_server' and not rolcanlogin) then
    begin
      drop role searxng_server;
    exception
      when dependent_objects_still_exist or insufficient_privilege then
        raise notice 'the role searxng_server stays: %', sqlerrm;
    end;
  end if;
end
$$;

drop function ops.grant_serving_rights();
drop table ops.serving_rights;
