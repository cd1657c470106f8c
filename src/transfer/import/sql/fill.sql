-- Fills what is empty; a line that found its track by the outside id (round 0) has the last word,
-- unless the id only joined a track that was there before.
with wanted as (
  select
    tracks.id,
    case when by_id.is_true then given.title else tracks.title end as title,
    case when by_id.is_true then given.artist_id else tracks.artist_id end as artist_id,
    case when by_id.is_true then coalesce(given.album_id, tracks.album_id) else tracks.album_id end as album_id,
    case
      when given.artist_credit is null then tracks.artist_credit
      when by_id.is_true or tracks.artist_credit = '[]' then given.artist_credit
      else tracks.artist_credit
    end as artist_credit,
    case when by_id.is_true then coalesce(given.disc_number, tracks.disc_number)
      else coalesce(tracks.disc_number, given.disc_number) end as disc_number,
    case when by_id.is_true then coalesce(given.track_number, tracks.track_number)
      else coalesce(tracks.track_number, given.track_number) end as track_number,
    case when by_id.is_true then coalesce(given.duration_ms, tracks.duration_ms)
      else coalesce(tracks.duration_ms, given.duration_ms) end as duration_ms,
    case when by_id.is_true then coalesce(given.isrc, tracks.isrc) else coalesce(tracks.isrc, given.isrc) end as isrc,
    case when by_id.is_true and given.release_date is not null or tracks.release_date is null
      then given.release_date else tracks.release_date end as release_date,
    case when by_id.is_true and given.release_date is not null or tracks.release_date is null
      then given.release_precision else tracks.release_precision end as release_precision,
    case
      when given.genres is null then tracks.genres
      when by_id.is_true or tracks.genres = '[]' then given.genres
      else tracks.genres
    end as genres,
    -- The column knows no "unknown": false is what stands there when nobody said anything.
    case when by_id.is_true then coalesce(given.explicit, tracks.explicit)
      else tracks.explicit or coalesce(given.explicit, false) end as explicit,
    case when by_id.is_true then coalesce(given.preview_url, tracks.preview_url)
      else coalesce(tracks.preview_url, given.preview_url) end as preview_url,
    case when by_id.is_true then coalesce(given.lyrics, tracks.lyrics)
      else coalesce(tracks.lyrics, given.lyrics) end as lyrics,
    case when by_id.is_true then tracks.audio_features || coalesce(given.audio_features, '{}')
      else coalesce(given.audio_features, '{}') || tracks.audio_features end as audio_features,
    case when by_id.is_true then tracks.extra_metadata || coalesce(given.extra_metadata, '{}')
      else coalesce(given.extra_metadata, '{}') || tracks.extra_metadata end as extra_metadata
  from import_tracks as given
  cross join lateral (
    select given.round = 0 and not exists (
      select
      from public.track_sources as source
      where source.source_type = given.outside_type
        and source.source_id = given.outside_id
        and source.source_extra_metadata ? 'joined_by'
    ) as is_true
  ) as by_id
  join public.tracks on tracks.id = given.track_id
  where given.round = {round} and not given.is_new
),
filled as (
  update public.tracks
  set
    title = wanted.title,
    artist_id = wanted.artist_id,
    album_id = wanted.album_id,
    artist_credit = wanted.artist_credit,
    disc_number = wanted.disc_number,
    track_number = wanted.track_number,
    duration_ms = wanted.duration_ms,
    isrc = wanted.isrc,
    release_date = wanted.release_date,
    release_precision = wanted.release_precision,
    genres = wanted.genres,
    explicit = wanted.explicit,
    preview_url = wanted.preview_url,
    lyrics = wanted.lyrics,
    audio_features = wanted.audio_features,
    extra_metadata = wanted.extra_metadata,
    is_stub = false
  from wanted
  where tracks.id = wanted.id
    and (
      tracks.title, tracks.artist_id, tracks.album_id, tracks.artist_credit, tracks.disc_number, tracks.track_number,
      tracks.duration_ms, tracks.isrc, tracks.release_date, tracks.release_precision, tracks.genres, tracks.explicit,
      tracks.preview_url, tracks.lyrics, tracks.audio_features, tracks.extra_metadata, tracks.is_stub
    ) is distinct from (
      wanted.title, wanted.artist_id, wanted.album_id, wanted.artist_credit, wanted.disc_number, wanted.track_number,
      wanted.duration_ms, wanted.isrc, wanted.release_date, wanted.release_precision, wanted.genres, wanted.explicit,
      wanted.preview_url, wanted.lyrics, wanted.audio_features, wanted.extra_metadata, false
    )
  returning tracks.id
)
insert into import_track_changes (track_id, is_new)
select filled.id, false
from filled;
