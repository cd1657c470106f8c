-- A Chromaprint fingerprint has about eight 32-bit items a second. Two recordings are worth
-- comparing when they share some of the items 80 to 199, cut to their top 28 bits (query start 80,
-- length 120, bits 28 of AcoustID's index).
create function public.fingerprint_query(items integer[]) returns integer[]
  language sql immutable strict parallel safe
  return array(
    select distinct item & -16
    from unnest(items[81:200]) as item
    order by 1
  );

comment on function public.fingerprint_query(integer[]) is
  'The items of a fingerprint by which candidates are found: from item 80 (counted from 0) up to 120 items, cut to their top 28 bits, distinct, in order; empty for a fingerprint of 80 items or fewer.';

create function public.audio_features_are_valid(features jsonb) returns boolean
  language sql immutable strict parallel safe
  return case
    when jsonb_typeof(features) <> 'object' then false
    else not exists (
      select 1
      from jsonb_each(features) as feature (key, value)
      where not case
        when jsonb_typeof(feature.value) <> 'number' then false
        when feature.key = 'bpm' then feature.value::numeric > 0 and feature.value::numeric <= 1000
        when feature.key = 'key' then
          feature.value::numeric between 0 and 11 and trunc(feature.value::numeric) = feature.value::numeric
        when feature.key = 'mode' then feature.value::numeric in (0, 1)
        when feature.key = 'time_signature' then
          feature.value::numeric between 1 and 12 and trunc(feature.value::numeric) = feature.value::numeric
        when feature.key = 'loudness' then feature.value::numeric between -100 and 20
        when feature.key in (
          'key_confidence', 'energy', 'danceability', 'valence', 'acousticness', 'instrumentalness',
          'liveness', 'speechiness'
        ) then feature.value::numeric between 0 and 1
        else false
      end
    )
  end;

comment on function public.audio_features_are_valid(jsonb) is
  'Whether the value is an object of known features, each a number in its range.';

create table public.tracks (
  id bigint generated always as identity,
  title text not null,
  duration_ms integer,
  isrc text,
  audio_fingerprint integer[],
  fingerprint_algorithm text,
  fingerprint_duration_ms integer,
  audio_features jsonb not null default '{}',
  artist_id bigint,
  album_id bigint,
  artist_name text,
  album_title text,
  artist_credit jsonb not null default '[]',
  disc_number integer,
  track_number integer,
  genres jsonb not null default '[]',
  release_date date,
  release_precision text,
  explicit boolean not null default false,
  popularity double precision not null default 0,
  preview_url text,
  lyrics text,
  extra_metadata jsonb not null default '{}',
  is_stub boolean not null default false,
  merged_into_id bigint,
  merge_snapshot jsonb,
  last_analyzed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  title_folded text collate "C" not null generated always as (left(public.music_fold(title), 500)) stored,
  search_vector tsvector not null generated always as (
    setweight(to_tsvector('public.music'::regconfig, title), 'A')
    || setweight(to_tsvector('public.music'::regconfig, coalesce(artist_name, '')), 'B')
    || setweight(to_tsvector('public.music'::regconfig, coalesce(album_title, '')), 'C')
  ) stored,
  constraint tracks_pkey primary key (id),
  constraint tracks_artist_id_fkey foreign key (artist_id) references public.artists (id) on delete set null,
  constraint tracks_album_id_fkey foreign key (album_id) references public.albums (id) on delete set null,
  constraint tracks_merged_into_id_fkey foreign key (merged_into_id) references public.tracks (id) on delete cascade,
  constraint tracks_title_check check (char_length(title) between 1 and 500),
  constraint tracks_duration_ms_check check (duration_ms between 1 and 86400000),
  constraint tracks_isrc_check check (isrc ~ '^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$'),
  constraint tracks_audio_fingerprint_check check (
    array_ndims(audio_fingerprint) = 1
    and array_lower(audio_fingerprint, 1) = 1
    and cardinality(audio_fingerprint) between 1 and 100000
    and array_position(audio_fingerprint, null) is null
  ),
  constraint tracks_fingerprint_algorithm_check check (char_length(fingerprint_algorithm) between 1 and 50),
  constraint tracks_fingerprint_duration_ms_check check (fingerprint_duration_ms between 1 and 86400000),
  constraint tracks_fingerprint_check check (
    (audio_fingerprint is null) = (fingerprint_algorithm is null)
    and (audio_fingerprint is null) = (fingerprint_duration_ms is null)
  ),
  constraint tracks_audio_features_check check (public.audio_features_are_valid(audio_features)),
  constraint tracks_artist_credit_check check (public.is_named_array(artist_credit)),
  constraint tracks_disc_number_check check (disc_number >= 1),
  constraint tracks_track_number_check check (track_number >= 1),
  constraint tracks_genres_check check (public.is_text_array(genres)),
  constraint tracks_release_date_check check (release_date between '1000-01-01' and '2200-12-31'),
  constraint tracks_release_precision_check check (release_precision in ('year', 'month', 'day')),
  constraint tracks_release_date_release_precision_check check (
    (release_date is null) = (release_precision is null)
  ),
  constraint tracks_popularity_check check (popularity between 0 and 1),
  constraint tracks_preview_url_check check (preview_url ~ '^https?://\S+$' and char_length(preview_url) <= 2000),
  constraint tracks_lyrics_check check (char_length(lyrics) between 1 and 100000),
  constraint tracks_extra_metadata_check check (jsonb_typeof(extra_metadata) = 'object'),
  constraint tracks_merged_into_id_check check (merged_into_id <> id),
  constraint tracks_merge_snapshot_check check (
    merge_snapshot is null or (merged_into_id is not null and jsonb_typeof(merge_snapshot) = 'object')
  )
);

-- An index of (artist_id) alone would be a prefix of idx_tracks_artist_album, and one of (album_id)
-- answers no question in the order it is asked: each goes on with the order its page is read in,
-- an artist's tracks by popularity, an album's by disc and number.
create index idx_tracks_artist_id on public.tracks (artist_id, popularity desc, id desc);
create index idx_tracks_album_id on public.tracks (album_id, disc_number, track_number, id);
create index idx_tracks_artist_album on public.tracks (artist_id, album_id);

-- Orders of the API, each with the key last. Undated tracks come last.
create index idx_tracks_title_folded on public.tracks (title_folded, id);
create index idx_tracks_artist_name on public.tracks (public.music_fold(artist_name), id);
create index idx_tracks_album_title on public.tracks (public.music_fold(album_title), id);
create index idx_tracks_duration_ms on public.tracks (duration_ms, id);
create index idx_tracks_popularity on public.tracks (popularity desc, id desc);
create index idx_tracks_release_date on public.tracks (release_date desc nulls last, id desc);
create index idx_tracks_created_at on public.tracks (created_at desc, id desc);
create index idx_tracks_bpm on public.tracks (((audio_features ->> 'bpm')::double precision), id);
create index idx_tracks_energy on public.tracks (((audio_features ->> 'energy')::double precision), id);
create index idx_tracks_high_energy on public.tracks (((audio_features ->> 'energy')::double precision))
  where (audio_features ->> 'energy')::double precision > 0.8;

-- Look-ups, filters, search, suggestions and typing errors.
create index idx_tracks_isrc on public.tracks (isrc) where isrc is not null;
create index idx_tracks_audio_features on public.tracks using gin (audio_features);
create index idx_tracks_genres on public.tracks using gin (genres);
create index idx_tracks_search on public.tracks using gin (search_vector);
create index idx_tracks_title_trgm on public.tracks using gin (title_folded public.gin_trgm_ops);
create index idx_tracks_fingerprint_query on public.tracks using gin (public.fingerprint_query(audio_fingerprint))
  where audio_fingerprint is not null;

create index idx_tracks_merged_into_id on public.tracks (merged_into_id) where merged_into_id is not null;

create trigger tracks_set_updated_at
  before update of title, duration_ms, isrc, audio_fingerprint, fingerprint_algorithm,
    fingerprint_duration_ms, audio_features, artist_id, album_id, artist_credit, disc_number,
    track_number, genres, release_date, release_precision, explicit, preview_url, lyrics,
    extra_metadata, is_stub, merged_into_id
  on public.tracks
  for each row execute function public.set_updated_at();

comment on table public.tracks is 'Recordings; one row each, whatever the number of outside services that offer it.';
comment on column public.tracks.id is 'Key.';
comment on column public.tracks.title is 'Title as printed, 1 to 500 characters.';
comment on column public.tracks.duration_ms is 'Length in milliseconds, 1 to 86,400,000 (a day); null: not known.';
comment on column public.tracks.isrc is 'International Standard Recording Code, 12 capitals and digits without hyphens; not unique; null: not known.';
comment on column public.tracks.audio_fingerprint is 'Items of the acoustic fingerprint, about eight a second, 32 bits each, 1 to 100,000 of them; null: none taken.';
comment on column public.tracks.fingerprint_algorithm is 'Name and version of what took the fingerprint; null with it.';
comment on column public.tracks.fingerprint_duration_ms is 'Length in milliseconds of the recording the fingerprint was taken from, 1 to 86,400,000; null with it.';
comment on column public.tracks.audio_features is 'Measured sound: object of numbers bpm (above 0, up to 1000), key (0 to 11, 0 is C), mode (0 minor, 1 major), time_signature (1 to 12), loudness (-100 to 20 dB), key_confidence, energy, danceability, valence, acousticness, instrumentalness, liveness, speechiness (each 0 to 1); a missing key is not measured.';
comment on column public.tracks.artist_id is 'The artist the track is filed under, the first of its credit; null: not known. Deleting the artist leaves the track.';
comment on column public.tracks.album_id is 'The album the track is on; null: none, or not known. Deleting the album leaves the track.';
comment on column public.tracks.artist_name is 'Copy of artists.name for search and order, kept by triggers; null: no artist.';
comment on column public.tracks.album_title is 'Copy of albums.title for search and order, kept by triggers; null: no album.';
comment on column public.tracks.artist_credit is 'Who is credited, in order: array of {artist_id, name, join_phrase, role?}; empty: the artist alone.';
comment on column public.tracks.disc_number is 'Disc of the album, from 1; null: not known.';
comment on column public.tracks.track_number is 'Place on the disc, from 1; null: not known.';
comment on column public.tracks.genres is 'Slugs of genres, the most fitting first: array of strings, each a row of genres.';
comment on column public.tracks.release_date is 'Date the track came out, 1000 to 2200; the album''s unless given, and follows it while it is the same; null: not known.';
comment on column public.tracks.release_precision is 'How much of release_date is known: year, month or day; null with it.';
comment on column public.tracks.explicit is 'Whether the words are marked explicit.';
comment on column public.tracks.popularity is 'Share of the most heard track''s listeners on a logarithmic scale, 0 to 1; written by ops.refresh_statistics.';
comment on column public.tracks.preview_url is 'A sample to listen to, an http or https address; null: none.';
comment on column public.tracks.lyrics is 'Words of the song, at most 100,000 characters; null: none.';
comment on column public.tracks.extra_metadata is 'Anything else that was learnt about the track: object.';
comment on column public.tracks.is_stub is 'Whether only an import''s line is known of the track, which holds a place until it is resolved.';
comment on column public.tracks.merged_into_id is 'The track this one turned out to be; always an unmerged row; null: not merged.';
comment on column public.tracks.merge_snapshot is 'What the merge moved, so that it can be undone: object; null: not merged, or not undoable.';
comment on column public.tracks.last_analyzed_at is 'Instant the sound was last measured; null: never.';
comment on column public.tracks.created_at is 'Instant the track was entered.';
comment on column public.tracks.updated_at is 'Instant of the last change; popularity and copies of names are none.';
comment on column public.tracks.title_folded is 'music_fold(title), at most 500 characters, ordered by code point; generated.';
comment on column public.tracks.search_vector is 'Words of the title (A), the artist (B) and the album (C); generated.';
