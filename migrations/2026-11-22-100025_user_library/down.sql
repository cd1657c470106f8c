drop table public.user_library;
