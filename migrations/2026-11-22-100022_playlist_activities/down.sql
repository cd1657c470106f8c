drop table public.playlist_activities;
