drop function public.country_codes_are_valid(text[]);
drop function public.members_are_valid(jsonb);
drop function public.is_year(jsonb);
drop function public.is_named_array(jsonb);
drop function public.is_text_object(jsonb);
drop function public.is_text_array(jsonb);
