drop extension if exists btree_gist;
drop extension if exists unaccent;
drop extension if exists pg_trgm;
