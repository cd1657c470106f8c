drop table public.discovery_session_tracks;
