-- albums_genres_fkey
/* refused  */ update albums set genres = '["nosuch"]' where id = 1;
/* accepted */ update albums set genres = '["rock", "oi"]' where id = 1;

-- albums_genres_check
/* refused  */ update albums set genres = '"rock"' where id = 1;
/* accepted */ update albums set genres = '[]' where id = 1;

-- albums_title_check
/* refused  */ update albums set title = repeat('a', 501) where id = 1;
/* accepted */ update albums set title = repeat('a', 500) where id = 1;

-- albums_title_check
/* refused  */ update albums set title = '' where id = 1;
/* accepted */ update albums set title = 'a' where id = 1;

-- albums_barcode_check
/* refused  */ update albums set barcode = '4006381333932' where id = 1;
/* accepted */ update albums set barcode = '4006381333931' where id = 1;

-- albums_barcode_check
/* refused  */ update albums set barcode = '96385075' where id = 1;
/* accepted */ update albums set barcode = '96385074' where id = 1;

-- albums_barcode_check
/* refused  */ update albums set barcode = '036000291453' where id = 1;
/* accepted */ update albums set barcode = '036000291452' where id = 1;

-- albums_barcode_check
/* refused  */ update albums set barcode = '0400638133393' where id = 1;
/* accepted */ update albums set barcode = '04006381333931' where id = 1;

-- albums_catalog_number_check
/* refused  */ update albums set catalog_number = repeat('a', 101) where id = 1;
/* accepted */ update albums set catalog_number = repeat('a', 100) where id = 1;

-- albums_catalog_number_check
/* refused  */ update albums set catalog_number = '' where id = 1;
/* accepted */ update albums set catalog_number = 'a' where id = 1;

-- albums_album_type_check
/* refused  */ update albums set album_type = 'mixtape' where id = 1;
/* accepted */ update albums set album_type = 'ep' where id = 1;

-- albums_release_date_check
/* refused  */ update albums set release_date = '0999-12-31' where id = 1;
/* accepted */ update albums set release_date = '1000-01-01' where id = 1;

-- albums_release_date_check
/* refused  */ update albums set release_date = '2201-01-01' where id = 1;
/* accepted */ update albums set release_date = '2200-12-31' where id = 1;

-- albums_release_precision_check
/* refused  */ update albums set release_precision = 'week' where id = 1;
/* accepted */ update albums set release_precision = 'day' where id = 1;

-- albums_release_date_release_precision_check
/* refused  */ update albums set release_date = null where id = 1;
/* accepted */ update albums set release_date = null, release_precision = null where id = 1;

-- albums_original_release_date_check
/* refused  */
update albums
set original_release_date = '2201-01-01', original_release_precision = 'year'
where id = 1;
/* accepted */
update albums
set original_release_date = '2200-12-31', original_release_precision = 'day'
where id = 1;

-- albums_original_release_date_check
/* refused  */
update albums
set original_release_precision = 'day', original_release_date = '0999-12-31'
where id = 1;
/* accepted */
update albums
set original_release_precision = 'day', original_release_date = '1000-01-01'
where id = 1;

-- albums_original_release_date_check
/* refused  */
update albums
set original_release_precision = 'day', original_release_date = '2201-01-01'
where id = 1;
/* accepted */
update albums
set original_release_precision = 'day', original_release_date = '2200-12-31'
where id = 1;

-- albums_original_release_precision_check
/* refused  */
update albums
set original_release_date = '2000-01-01', original_release_precision = 'decade'
where id = 1;
/* accepted */
update albums
set original_release_date = '2000-01-01', original_release_precision = 'year'
where id = 1;

-- albums_original_release_date_original_release_precision_check
/* refused  */ update albums set original_release_date = '2000-01-01' where id = 1;
/* accepted */
update albums
set original_release_date = '2000-01-01', original_release_precision = 'day'
where id = 1;

-- albums_version_notes_check
/* refused  */ update albums set version_notes = repeat('a', 10001) where id = 1;
/* accepted */ update albums set version_notes = repeat('a', 10000) where id = 1;

-- albums_version_notes_check
/* refused  */ update albums set version_notes = '' where id = 1;
/* accepted */ update albums set version_notes = 'a' where id = 1;

-- albums_cover_url_check
/* refused  */ update albums set cover_url = 'ftp://example.org/a' where id = 1;
/* accepted */ update albums set cover_url = 'http://example.org/a' where id = 1;

-- albums_cover_url_check
/* refused  */ update albums set cover_url = 'https://' || repeat('a', 1993) where id = 1;
/* accepted */ update albums set cover_url = 'https://' || repeat('a', 1992) where id = 1;

-- albums_cover_url_check
/* refused  */ update albums set cover_url = 'https://example.org/a b' where id = 1;
/* accepted */ update albums set cover_url = 'https://example.org/a%20b' where id = 1;

-- albums_cover_url_small_check
/* refused  */ update albums set cover_url_small = 'ftp://example.org/a' where id = 1;
/* accepted */ update albums set cover_url_small = 'http://example.org/a' where id = 1;

-- albums_cover_url_small_check
/* refused  */ update albums set cover_url_small = 'https://' || repeat('a', 1993) where id = 1;
/* accepted */ update albums set cover_url_small = 'https://' || repeat('a', 1992) where id = 1;

-- albums_cover_url_small_check
/* refused  */ update albums set cover_url_small = 'https://example.org/a b' where id = 1;
/* accepted */ update albums set cover_url_small = 'https://example.org/a%20b' where id = 1;

-- albums_cover_url_large_check
/* refused  */ update albums set cover_url_large = 'ftp://example.org/a' where id = 1;
/* accepted */ update albums set cover_url_large = 'http://example.org/a' where id = 1;

-- albums_cover_url_large_check
/* refused  */ update albums set cover_url_large = 'https://' || repeat('a', 1993) where id = 1;
/* accepted */ update albums set cover_url_large = 'https://' || repeat('a', 1992) where id = 1;

-- albums_cover_url_large_check
/* refused  */ update albums set cover_url_large = 'https://example.org/a b' where id = 1;
/* accepted */ update albums set cover_url_large = 'https://example.org/a%20b' where id = 1;

-- albums_label_check
/* refused  */ update albums set label = repeat('a', 256) where id = 1;
/* accepted */ update albums set label = repeat('a', 255) where id = 1;

-- albums_label_check
/* refused  */ update albums set label = '' where id = 1;
/* accepted */ update albums set label = 'a' where id = 1;

-- albums_total_tracks_check
/* refused  */ update albums set total_tracks = 0 where id = 1;
/* accepted */ update albums set total_tracks = 1 where id = 1;

-- albums_total_discs_check
/* refused  */ update albums set total_discs = 0 where id = 1;
/* accepted */ update albums set total_discs = 1 where id = 1;

-- albums_styles_check
/* refused  */ update albums set styles = '["a", 1]' where id = 1;
/* accepted */ update albums set styles = '[]' where id = 1;

-- albums_moods_check
/* refused  */ update albums set moods = '["a", 1]' where id = 1;
/* accepted */ update albums set moods = '[]' where id = 1;

-- albums_themes_check
/* refused  */ update albums set themes = '["a", 1]' where id = 1;
/* accepted */ update albums set themes = '[]' where id = 1;

-- albums_credits_check
/* refused  */ update albums set credits = '{"producer": "A"}' where id = 1;
/* accepted */ update albums set credits = '{"producer": ["A"]}' where id = 1;

-- albums_popularity_check
/* refused  */ update albums set popularity = 'NaN' where id = 1;
/* accepted */ update albums set popularity = 1 where id = 1;

-- albums_popularity_check
/* refused  */ update albums set popularity = -0.01 where id = 1;
/* accepted */ update albums set popularity = 0 where id = 1;

-- albums_popularity_check
/* refused  */ update albums set popularity = 1.01 where id = 1;
/* accepted */ update albums set popularity = 1 where id = 1;

-- albums_rating_check
/* refused  */ update albums set rating = 5.01 where id = 1;
/* accepted */ update albums set rating = 5 where id = 1;

-- albums_rating_check
/* refused  */ update albums set rating = -0.01 where id = 1;
/* accepted */ update albums set rating = 0 where id = 1;

-- albums_rating_check
/* refused  */ update albums set rating = 'NaN' where id = 1;
/* accepted */ update albums set rating = 0.5 where id = 1;

-- albums_rating_count_check
/* refused  */ update albums set rating_count = -1 where id = 1;
/* accepted */ update albums set rating_count = 0 where id = 1;

-- albums_extra_metadata_check
/* refused  */ update albums set extra_metadata = '[]' where id = 1;
/* accepted */ update albums set extra_metadata = '{}' where id = 1;

-- albums_merged_into_id_check
/* refused  */ update albums set merged_into_id = 1 where id = 1;
/* accepted */ update albums set merged_into_id = 2 where id = 1;

-- albums_merge_snapshot_check
/* refused  */ update albums set merge_snapshot = '{}' where id = 1;
/* accepted */ update albums set merge_snapshot = '{}', merged_into_id = 2 where id = 1;

-- albums_merged_into_id_chain
/* refused  */ update albums set merged_into_id = 3 where id = 1;
/* accepted */ update albums set merged_into_id = 1 where id = 2;

-- albums_musicbrainz_id_key
/* refused  */
update albums
set musicbrainz_id = '00000000-0000-4000-8000-000000000001'
where id in (1, 2);
/* accepted */ update albums set musicbrainz_id = null where id in (1, 2);
