drop table public.user_interactions;
