drop trigger users_keep_administrator_removed on public.users;
drop trigger users_keep_administrator on public.users;
drop function public.users_keep_administrator();
