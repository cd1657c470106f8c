-- One trigger function for every table that has updated_at. Each table's trigger names the columns
-- whose change a person would call a change: counters and copies that other triggers and the
-- statistics refresh write leave updated_at alone.
create function public.set_updated_at() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

comment on function public.set_updated_at() is
  'Trigger: writes the instant of the transaction into updated_at.';
