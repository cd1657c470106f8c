drop trigger playlist_activities_notify on public.playlist_activities;
drop function public.playlist_activities_notify();
drop trigger playlist_activities_check_unique on public.playlist_activities;
drop function public.playlist_activities_check_unique();
