-- One round of matching by the natural key. A track is claimed by one line a round, the first; the
-- others look again when it has taken that line's values. Never fuzzy: what is known on both sides
-- has to agree, and another id of the same outside source is another track.
truncate import_claims;

insert into import_claims (no, line, track_id)
select distinct on (wanted.no) wanted.no, wanted.line, tracks.id
from import_tracks as wanted
join public.tracks
  on tracks.artist_id = wanted.artist_id
  and tracks.title_folded = wanted.title_folded
  and tracks.album_id is not distinct from wanted.album_id
  and tracks.merged_into_id is null
  and (tracks.disc_number is null or wanted.disc_number is null or tracks.disc_number = wanted.disc_number)
  and (tracks.track_number is null or wanted.track_number is null or tracks.track_number = wanted.track_number)
  and (tracks.duration_ms is null or wanted.duration_ms is null or abs(tracks.duration_ms - wanted.duration_ms) <= 2000)
where wanted.track_id is null
  and not exists (
    select
    from public.track_sources as source
    where source.track_id = tracks.id
      and source.source_type = wanted.outside_type
      and starts_with(source.source_id, wanted.outside_space)
  )
order by wanted.no,
  (tracks.track_number = wanted.track_number) desc nulls last,
  (tracks.disc_number = wanted.disc_number) desc nulls last,
  tracks.id;

-- New is what matches nothing, neither a track nor an earlier line that still waits.
create temporary table import_new on commit drop as
select wanted.no, row_number() over (order by wanted.line) as place
from import_tracks as wanted
where wanted.track_id is null
  and not exists (
    select
    from import_claims
    where import_claims.no = wanted.no
  )
  and (
    {is_last_round}
    or not exists (
      select
      from import_tracks as earlier
      where earlier.track_id is null
        and earlier.line < wanted.line
        and earlier.artist_id = wanted.artist_id
        and earlier.title_folded = wanted.title_folded
        and earlier.album_id is not distinct from wanted.album_id
        and (earlier.disc_number is null or wanted.disc_number is null or earlier.disc_number = wanted.disc_number)
        and (earlier.track_number is null or wanted.track_number is null or earlier.track_number = wanted.track_number)
        and (earlier.duration_ms is null or wanted.duration_ms is null or abs(earlier.duration_ms - wanted.duration_ms) <= 2000)
        and (earlier.outside_id is null or wanted.outside_id is null)
    )
  );

update import_tracks
set track_id = claim.track_id, round = {round}
from (
  select distinct on (import_claims.track_id) import_claims.track_id, import_claims.no
  from import_claims
  order by import_claims.track_id, import_claims.line
) as claim
where import_tracks.no = claim.no;

-- Keys are handed out in the order in which the rows are inserted, which is the file's.
with made as (
  insert into public.tracks (
    title, artist_id, album_id, artist_credit, disc_number, track_number, duration_ms, isrc, release_date,
    release_precision, genres, explicit, preview_url, lyrics, audio_features, popularity, extra_metadata
  )
  select
    wanted.title,
    wanted.artist_id,
    wanted.album_id,
    coalesce(wanted.artist_credit, '[]'),
    wanted.disc_number,
    wanted.track_number,
    wanted.duration_ms,
    wanted.isrc,
    wanted.release_date,
    wanted.release_precision,
    coalesce(wanted.genres, '[]'),
    coalesce(wanted.explicit, false),
    wanted.preview_url,
    wanted.lyrics,
    coalesce(wanted.audio_features, '{}'),
    coalesce(wanted.popularity, 0),
    coalesce(wanted.extra_metadata, '{}')
  from import_new
  join import_tracks as wanted using (no)
  order by import_new.place
  returning tracks.id
),
numbered as (
  select made.id, row_number() over (order by made.id) as place
  from made
),
told as (
  insert into import_track_changes (track_id, is_new)
  select numbered.id, true
  from numbered
)
update import_tracks
set track_id = numbered.id, round = {round}, is_new = true
from import_new
join numbered using (place)
where import_tracks.no = import_new.no;

drop table import_new;

-- What cannot be opened is an id only. An id that joins a track which was there before is marked: its
-- lines go on filling what is empty, or the same file would say something else the second time.
insert into public.track_sources (track_id, source_type, source_id, source_uri, is_available, source_extra_metadata)
select import_tracks.track_id, import_tracks.outside_type, import_tracks.outside_id, import_tracks.outside_uri,
  import_tracks.outside_uri is not null,
  case when import_tracks.is_new then '{}' else '{"joined_by": "natural key"}' end::jsonb
from import_tracks
where import_tracks.round = {round} and import_tracks.track_id is not null and import_tracks.outside_id is not null
order by import_tracks.line
on conflict (source_type, source_id) where source_id is not null do nothing;
