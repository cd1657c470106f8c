drop table public.user_music_profiles;
