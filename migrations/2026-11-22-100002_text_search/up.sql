-- How words are compared. Names of artists are not English, so nothing is stemmed and no word is
-- a stop word: letters lose their accents and their case, and that is all.
create text search configuration public.music (copy = pg_catalog.simple);

alter text search configuration public.music
  alter mapping for word, hword, hword_part, numword, numhword, hword_numpart
  with public.unaccent, pg_catalog.simple;

comment on text search configuration public.music is
  'Words of titles and names: without accents, in lower case, not stemmed, no stop words.';

-- unaccent is only stable, since its rules file could change; a generated column needs an
-- immutable function. Naming the dictionary makes the answer independent of the search path.
-- A changed rules file asks for the folded columns to be written again.
create function public.music_fold(input text) returns text
  language sql immutable strict parallel safe
  return lower(public.unaccent('public.unaccent'::regdictionary, normalize(input, nfkc)));

comment on function public.music_fold(text) is
  'The text without accents, in lower case, in one Unicode form: what title_folded and name_folded hold and what a query must be folded with.';
