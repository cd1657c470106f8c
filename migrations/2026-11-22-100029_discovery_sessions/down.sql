drop table public.discovery_sessions;
