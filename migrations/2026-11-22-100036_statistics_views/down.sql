drop materialized view public.mv_album_charts;
drop materialized view public.mv_artist_charts;
drop materialized view public.mv_track_charts;
drop materialized view public.mv_track_popularity;
drop view ops.statistics_ranges;
