-- A person may let everybody see what they hear and whom they follow. The wall has a door for that:
-- their rows can be read by all, and written by themself alone. One's own rows go through the other
-- door, so that nothing is looked up for each of them.
create function ops.shows_history(person bigint) returns boolean
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
declare
  purpose constant text := ops.begin_keeping();
  is_shown boolean;
begin
  select profile.is_history_public into is_shown
  from public.user_music_profiles as profile
  where profile.user_id = person;
  perform ops.end_keeping(purpose);
  return coalesce(is_shown, false);
end
$$;

comment on function ops.shows_history(bigint) is 'Whether a person lets others see what they hear and whom they follow.';

insert into ops.serving_rights (object, rights) values ('function ops.shows_history(bigint)', 'execute');
select ops.grant_serving_rights();

create policy visitor on public.user_interactions for select
  using (user_id is distinct from (select auth.viewer_id()) and ops.shows_history(user_id));
create policy visitor on public.user_artist_follows for select
  using (user_id is distinct from (select auth.viewer_id()) and ops.shows_history(user_id));
create policy visitor on public.playlist_follows for select
  using (user_id is distinct from (select auth.viewer_id()) and ops.shows_history(user_id));
