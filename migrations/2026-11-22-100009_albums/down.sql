drop table public.albums;
drop function public.barcode_is_valid(text);
