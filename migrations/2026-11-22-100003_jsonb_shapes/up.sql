-- Shapes of jsonb values that more than one table checks. Each returns false, never an error and
-- never null, for a value of another shape; each is strict, so a null column passes a check.
create function public.is_text_array(input jsonb) returns boolean
  language sql immutable strict parallel safe
  return jsonb_typeof(input) = 'array'
    and not jsonb_path_exists(input, 'strict $[*] ? (@.type() != "string")', '{}', true);

comment on function public.is_text_array(jsonb) is
  'Whether the value is an array of nothing but strings.';

create function public.is_text_object(input jsonb) returns boolean
  language sql immutable strict parallel safe
  return jsonb_typeof(input) = 'object'
    and coalesce(not jsonb_path_exists(input, 'strict $.* ? (@.type() != "string")', '{}', true), false);

comment on function public.is_text_object(jsonb) is
  'Whether the value is an object of nothing but strings.';

create function public.is_named_array(input jsonb) returns boolean
  language sql immutable strict parallel safe
  return case
    when jsonb_typeof(input) <> 'array' then false
    else not exists (
      select 1
      from jsonb_array_elements(input) as element (value)
      where case
        when jsonb_typeof(element.value) <> 'object' then true
        when jsonb_typeof(element.value -> 'name') is distinct from 'string' then true
        else char_length(btrim(element.value ->> 'name')) not between 1 and 500
      end
    )
  end;

comment on function public.is_named_array(jsonb) is
  'Whether the value is an array of objects that each have a name: a string of 1 to 500 characters.';

create function public.is_year(input jsonb) returns boolean
  language sql immutable parallel safe
  return case
    when input is null or jsonb_typeof(input) = 'null' then true
    when jsonb_typeof(input) <> 'number' then false
    else input::numeric between 1000 and 2200 and trunc(input::numeric) = input::numeric
  end;

comment on function public.is_year(jsonb) is
  'Whether the value is absent, null, or a whole year from 1000 to 2200.';

create function public.members_are_valid(members jsonb) returns boolean
  language sql immutable strict parallel safe
  return case
    when not public.is_named_array(members) then false
    when exists (
      select 1
      from jsonb_array_elements(members) as member (value)
      where not (public.is_year(member.value -> 'from_year') and public.is_year(member.value -> 'to_year'))
    ) then false
    else not exists (
      with period as (
        select
          member.number,
          lower(btrim(member.value ->> 'name')) as name,
          coalesce(nullif(member.value -> 'from_year', 'null'::jsonb)::integer, 0) as from_year,
          coalesce(nullif(member.value -> 'to_year', 'null'::jsonb)::integer, 9999) as to_year
        from jsonb_array_elements(members) with ordinality as member (value, number)
      )
      select 1
      from period as one
      left join period as other
        on other.name = one.name
        and other.number > one.number
        and (one.from_year, one.to_year) <> (0, 9999)
        and (other.from_year, other.to_year) <> (0, 9999)
        and (
          (other.from_year < one.to_year and one.from_year < other.to_year)
          or (other.from_year, other.to_year) = (one.from_year, one.to_year)
        )
      where one.from_year > one.to_year or other.number is not null
    )
  end;

comment on function public.members_are_valid(jsonb) is
  'Whether the value is an array of named members whose from_year is not after to_year, and no two periods of one name overlap. Periods may share a border year; a member without any year has no period.';

create function public.country_codes_are_valid(codes text[]) returns boolean
  language sql immutable strict parallel safe
  return cardinality(codes) <= 250
    and not exists (
      select 1
      from unnest(codes) as code
      where code is null or code !~ '^[A-Z]{2}$'
    );

comment on function public.country_codes_are_valid(text[]) is
  'Whether every item is an ISO 3166-1 alpha-2 code in capitals; at most 250 of them, none null.';
