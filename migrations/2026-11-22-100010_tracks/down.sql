drop table public.tracks;
drop function public.audio_features_are_valid(jsonb);
drop function public.fingerprint_query(integer[]);
