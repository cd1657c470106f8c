alter table public.users drop column username_skeleton;
