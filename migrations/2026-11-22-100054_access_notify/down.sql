drop trigger api_tokens_notify_access on auth.api_tokens;
drop trigger sessions_notify_access on auth.sessions;
drop trigger users_notify_removal on public.users;
drop trigger users_notify_access on public.users;
drop function auth.notify_access();
