-- A GTIN's last digit makes the sum of its digits, weighted 1, 3, 1, 3, ... from the right, a
-- multiple of ten (GS1 General Specifications, section 7.9).
create function public.barcode_is_valid(barcode text) returns boolean
  language sql immutable strict parallel safe
  return case
    when barcode !~ '^([0-9]{8}|[0-9]{12,14})$' then false
    else (
      select sum(substr(reverse(barcode), place, 1)::integer * case when place % 2 = 1 then 1 else 3 end) % 10 = 0
      from generate_series(1, char_length(barcode)) as place
    )
  end;

comment on function public.barcode_is_valid(text) is
  'Whether the text is a GTIN of 8, 12, 13 or 14 digits with the right check digit.';

create table public.albums (
  id bigint generated always as identity,
  title text not null,
  artist_id bigint,
  artist_name text,
  barcode text,
  catalog_number text,
  musicbrainz_id uuid,
  album_type text not null default 'album',
  release_date date,
  release_precision text,
  original_release_date date,
  original_release_precision text,
  is_remaster boolean not null default false,
  version_notes text,
  cover_url text,
  cover_url_small text,
  cover_url_large text,
  label text,
  total_tracks integer,
  total_discs integer not null default 1,
  genres jsonb not null default '[]',
  styles jsonb not null default '[]',
  moods jsonb not null default '[]',
  themes jsonb not null default '[]',
  credits jsonb not null default '{}',
  popularity double precision not null default 0,
  rating double precision,
  rating_count integer not null default 0,
  extra_metadata jsonb not null default '{}',
  merged_into_id bigint,
  merge_snapshot jsonb,
  last_synced_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  title_folded text collate "C" not null generated always as (left(public.music_fold(title), 500)) stored,
  search_vector tsvector not null generated always as (
    setweight(to_tsvector('public.music'::regconfig, title), 'A')
    || setweight(to_tsvector('public.music'::regconfig, coalesce(artist_name, '')), 'B')
    || setweight(to_tsvector('public.music'::regconfig, coalesce(label, '')), 'D')
  ) stored,
  constraint albums_pkey primary key (id),
  constraint albums_musicbrainz_id_key unique (musicbrainz_id),
  constraint albums_artist_id_fkey foreign key (artist_id) references public.artists (id) on delete set null,
  constraint albums_merged_into_id_fkey foreign key (merged_into_id) references public.albums (id) on delete cascade,
  constraint albums_title_check check (char_length(title) between 1 and 500),
  constraint albums_barcode_check check (public.barcode_is_valid(barcode)),
  constraint albums_catalog_number_check check (char_length(catalog_number) between 1 and 100),
  constraint albums_album_type_check check (album_type in ('album', 'ep', 'single', 'compilation', 'live', 'other')),
  constraint albums_release_date_check check (release_date between '1000-01-01' and '2200-12-31'),
  constraint albums_release_precision_check check (release_precision in ('year', 'month', 'day')),
  constraint albums_release_date_release_precision_check check (
    (release_date is null) = (release_precision is null)
  ),
  constraint albums_original_release_date_check check (original_release_date between '1000-01-01' and '2200-12-31'),
  constraint albums_original_release_precision_check check (original_release_precision in ('year', 'month', 'day')),
  constraint albums_original_release_date_original_release_precision_check check (
    (original_release_date is null) = (original_release_precision is null)
  ),
  constraint albums_version_notes_check check (char_length(version_notes) between 1 and 10000),
  constraint albums_cover_url_check check (cover_url ~ '^https?://\S+$' and char_length(cover_url) <= 2000),
  constraint albums_cover_url_small_check check (cover_url_small ~ '^https?://\S+$' and char_length(cover_url_small) <= 2000),
  constraint albums_cover_url_large_check check (cover_url_large ~ '^https?://\S+$' and char_length(cover_url_large) <= 2000),
  constraint albums_label_check check (char_length(label) between 1 and 255),
  constraint albums_total_tracks_check check (total_tracks >= 1),
  constraint albums_total_discs_check check (total_discs >= 1),
  constraint albums_genres_check check (public.is_text_array(genres)),
  constraint albums_styles_check check (public.is_text_array(styles)),
  constraint albums_moods_check check (public.is_text_array(moods)),
  constraint albums_themes_check check (public.is_text_array(themes)),
  constraint albums_credits_check check (
    jsonb_typeof(credits) = 'object'
    and not jsonb_path_exists(credits, 'strict $.* ? (@.type() != "array")', '{}', true)
  ),
  constraint albums_popularity_check check (popularity between 0 and 1),
  constraint albums_rating_check check (rating between 0 and 5),
  constraint albums_rating_count_check check (rating_count >= 0),
  constraint albums_extra_metadata_check check (jsonb_typeof(extra_metadata) = 'object'),
  constraint albums_merged_into_id_check check (merged_into_id <> id),
  constraint albums_merge_snapshot_check check (
    merge_snapshot is null or (merged_into_id is not null and jsonb_typeof(merge_snapshot) = 'object')
  )
);

-- Orders of the API, each with the key last. Undated and unrated albums come last.
create index idx_albums_title_folded on public.albums (title_folded, id);
create index idx_albums_release_date on public.albums (release_date desc nulls last, id desc);
create index idx_albums_original_release_date on public.albums (original_release_date desc nulls last, id desc);
create index idx_albums_popularity on public.albums (popularity desc, id desc);
create index idx_albums_rating on public.albums (rating desc nulls last, id desc);
create index idx_albums_created_at on public.albums (created_at desc, id desc);
create index idx_albums_artist_id on public.albums (artist_id, release_date desc nulls last, id desc);

-- Look-ups, filters, search, suggestions and typing errors.
create index idx_albums_barcode on public.albums (barcode) where barcode is not null;
create index idx_albums_genres on public.albums using gin (genres);
create index idx_albums_search on public.albums using gin (search_vector);
create index idx_albums_title_trgm on public.albums using gin (title_folded public.gin_trgm_ops);

create index idx_albums_merged_into_id on public.albums (merged_into_id) where merged_into_id is not null;

create trigger albums_set_updated_at
  before update of title, artist_id, barcode, catalog_number, musicbrainz_id, album_type,
    release_date, release_precision, original_release_date, original_release_precision,
    is_remaster, version_notes, cover_url, cover_url_small, cover_url_large, label,
    total_tracks, total_discs, genres, styles, moods, themes, credits, rating, rating_count,
    extra_metadata, merged_into_id
  on public.albums
  for each row execute function public.set_updated_at();

comment on table public.albums is 'Releases of an artist: albums, EPs, singles, compilations; each edition a row of its own.';
comment on column public.albums.id is 'Key.';
comment on column public.albums.title is 'Title as printed, 1 to 500 characters.';
comment on column public.albums.artist_id is 'The artist the release is filed under; null: not known, or various. Deleting the artist leaves the album.';
comment on column public.albums.artist_name is 'Copy of artists.name for search and order, kept by triggers; null: no artist.';
comment on column public.albums.barcode is 'GTIN of 8, 12, 13 or 14 digits with a valid check digit; not unique; null: not known.';
comment on column public.albums.catalog_number is 'The label''s number of the release, at most 100 characters; null: not known.';
comment on column public.albums.musicbrainz_id is 'MusicBrainz release id; unique; null: not known.';
comment on column public.albums.album_type is 'album, ep, single, compilation, live or other.';
comment on column public.albums.release_date is 'Date of this edition, 1000 to 2200, the first day of a year or month known no better; null: not known.';
comment on column public.albums.release_precision is 'How much of release_date is known: year, month or day; null with it.';
comment on column public.albums.original_release_date is 'Date the work first came out, 1000 to 2200; null: not known.';
comment on column public.albums.original_release_precision is 'How much of original_release_date is known: year, month or day; null with it.';
comment on column public.albums.is_remaster is 'Whether this edition is remastered.';
comment on column public.albums.version_notes is 'What sets this edition apart, at most 10,000 characters; null: nothing.';
comment on column public.albums.cover_url is 'Cover picture, an http or https address; null: none.';
comment on column public.albums.cover_url_small is 'Small cover picture, an http or https address; null: none.';
comment on column public.albums.cover_url_large is 'Large cover picture, an http or https address; null: none.';
comment on column public.albums.label is 'Record label, at most 255 characters; null: not known.';
comment on column public.albums.total_tracks is 'Number of tracks the release has, from 1, whether or not all are here; null: not known.';
comment on column public.albums.total_discs is 'Number of discs, from 1.';
comment on column public.albums.genres is 'Slugs of genres, the most fitting first: array of strings, each a row of genres.';
comment on column public.albums.styles is 'Narrower kinds of music: array of strings.';
comment on column public.albums.moods is 'Moods: array of strings.';
comment on column public.albums.themes is 'What the songs are about: array of strings.';
comment on column public.albums.credits is 'Who did what: object from the role to an array of names.';
comment on column public.albums.popularity is 'Share of the most heard album''s listeners on a logarithmic scale, 0 to 1; written by ops.refresh_statistics.';
comment on column public.albums.rating is 'Average rating, 0 to 5; null: unrated.';
comment on column public.albums.rating_count is 'Number of ratings behind the average.';
comment on column public.albums.extra_metadata is 'Anything else that was learnt about the album: object.';
comment on column public.albums.merged_into_id is 'The album this one turned out to be; always an unmerged row; null: not merged.';
comment on column public.albums.merge_snapshot is 'What the merge moved, so that it can be undone: object; null: not merged, or not undoable.';
comment on column public.albums.last_synced_at is 'Instant an outside service was last asked about the album; null: never.';
comment on column public.albums.created_at is 'Instant the album was entered.';
comment on column public.albums.updated_at is 'Instant of the last change; popularity and copies of names are none.';
comment on column public.albums.title_folded is 'music_fold(title), at most 500 characters, ordered by code point; generated.';
comment on column public.albums.search_vector is 'Words of the title (A), the artist (B) and the label (D); generated.';
