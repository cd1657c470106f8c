-- artists_name_check
/* refused  */ update artists set name = repeat('a', 256) where id = 1;
/* accepted */ update artists set name = repeat('a', 255) where id = 1;

-- artists_name_check
/* refused  */ update artists set name = '' where id = 1;
/* accepted */ update artists set name = 'a' where id = 1;

-- artists_sort_name_check
/* refused  */ update artists set sort_name = repeat('a', 256) where id = 1;
/* accepted */ update artists set sort_name = repeat('a', 255) where id = 1;

-- artists_sort_name_check
/* refused  */ update artists set sort_name = '' where id = 1;
/* accepted */ update artists set sort_name = 'a' where id = 1;

-- artists_bio_check
/* refused  */ update artists set bio = repeat('a', 50001) where id = 1;
/* accepted */ update artists set bio = repeat('a', 50000) where id = 1;

-- artists_bio_check
/* refused  */ update artists set bio = '' where id = 1;
/* accepted */ update artists set bio = 'a' where id = 1;

-- artists_country_check
/* refused  */ update artists set country = 'de' where id = 1;
/* accepted */ update artists set country = 'DE' where id = 1;

-- artists_country_check
/* refused  */ update artists set country = 'DEU' where id = 1;
/* accepted */ update artists set country = 'GB' where id = 1;

-- artists_formed_year_check
/* refused  */ update artists set formed_year = 999 where id = 1;
/* accepted */ update artists set formed_year = 1000 where id = 1;

-- artists_formed_year_check
/* refused  */ update artists set formed_year = 2201 where id = 1;
/* accepted */ update artists set formed_year = 2200 where id = 1;

-- artists_disbanded_year_check
/* refused  */ update artists set disbanded_year = 2201 where id = 1;
/* accepted */ update artists set disbanded_year = 2200 where id = 1;

-- artists_disbanded_year_check
/* refused  */ update artists set disbanded_year = 999 where id = 1;
/* accepted */ update artists set disbanded_year = 1000 where id = 1;

-- artists_formed_year_disbanded_year_check
/* refused  */ update artists set formed_year = 2000, disbanded_year = 1999 where id = 1;
/* accepted */ update artists set formed_year = 2000, disbanded_year = 2000 where id = 1;

-- artists_image_url_check
/* refused  */ update artists set image_url = 'ftp://example.org/a' where id = 1;
/* accepted */ update artists set image_url = 'http://example.org/a' where id = 1;

-- artists_image_url_check
/* refused  */ update artists set image_url = 'https://' || repeat('a', 1993) where id = 1;
/* accepted */ update artists set image_url = 'https://' || repeat('a', 1992) where id = 1;

-- artists_image_url_check
/* refused  */ update artists set image_url = 'https://example.org/a b' where id = 1;
/* accepted */ update artists set image_url = 'https://example.org/a%20b' where id = 1;

-- artists_thumbnail_url_check
/* refused  */ update artists set thumbnail_url = 'ftp://example.org/a' where id = 1;
/* accepted */ update artists set thumbnail_url = 'http://example.org/a' where id = 1;

-- artists_thumbnail_url_check
/* refused  */ update artists set thumbnail_url = 'https://' || repeat('a', 1993) where id = 1;
/* accepted */ update artists set thumbnail_url = 'https://' || repeat('a', 1992) where id = 1;

-- artists_thumbnail_url_check
/* refused  */ update artists set thumbnail_url = 'https://example.org/a b' where id = 1;
/* accepted */ update artists set thumbnail_url = 'https://example.org/a%20b' where id = 1;

-- artists_banner_url_check
/* refused  */ update artists set banner_url = 'ftp://example.org/a' where id = 1;
/* accepted */ update artists set banner_url = 'http://example.org/a' where id = 1;

-- artists_banner_url_check
/* refused  */ update artists set banner_url = 'https://' || repeat('a', 1993) where id = 1;
/* accepted */ update artists set banner_url = 'https://' || repeat('a', 1992) where id = 1;

-- artists_banner_url_check
/* refused  */ update artists set banner_url = 'https://example.org/a b' where id = 1;
/* accepted */ update artists set banner_url = 'https://example.org/a%20b' where id = 1;

-- artists_genres_check
/* refused  */ update artists set genres = '{}' where id = 1;
/* accepted */ update artists set genres = '[]' where id = 1;

-- artists_aliases_check
/* refused  */ update artists set aliases = '[{"name": ""}]' where id = 1;
/* accepted */ update artists set aliases = '[{"name": "A", "locale": "ja"}]' where id = 1;

-- artists_members_check
/* refused  */
update artists
set members = '[{"name": "A", "from_year": 1970, "to_year": 1980}, {"name": "a", "from_year": 1979}]'
where id = 1;
/* accepted */
update artists
set members = '[{"name": "A", "from_year": 1970, "to_year": 1980}, {"name": "a", "from_year": 1980}]'
where id = 1;

-- artists_members_check
/* refused  */
update artists
set members = '[{"name": "A", "from_year": 1981, "to_year": 1980}]'
where id = 1;
/* accepted */
update artists
set members = '[{"name": "A", "from_year": 1980, "to_year": 1980}]'
where id = 1;

-- artists_members_check
/* refused  */ update artists set members = '[{"name": "A", "from_year": "1980"}]' where id = 1;
/* accepted */
update artists
set members = '[{"name": "A", "from_year": null}, {"name": "A"}]'
where id = 1;

-- artists_social_links_check
/* refused  */ update artists set social_links = '{"web": 1}' where id = 1;
/* accepted */ update artists set social_links = '{"web": "https://example.org"}' where id = 1;

-- artists_popularity_check
/* refused  */ update artists set popularity = 'NaN' where id = 1;
/* accepted */ update artists set popularity = 1 where id = 1;

-- artists_popularity_check
/* refused  */ update artists set popularity = -0.01 where id = 1;
/* accepted */ update artists set popularity = 0 where id = 1;

-- artists_popularity_check
/* refused  */ update artists set popularity = 1.01 where id = 1;
/* accepted */ update artists set popularity = 1 where id = 1;

-- artists_follower_count_check
/* refused  */ update artists set follower_count = -1 where id = 1;
/* accepted */ update artists set follower_count = 0 where id = 1;

-- artists_monthly_listeners_check
/* refused  */ update artists set monthly_listeners = -1 where id = 1;
/* accepted */ update artists set monthly_listeners = 0 where id = 1;

-- artists_verification_source_check
/* refused  */ update artists set verification_source = 'myspace' where id = 1;
/* accepted */ update artists set verification_source = 'musicbrainz' where id = 1;

-- artists_extra_metadata_check
/* refused  */ update artists set extra_metadata = '[]' where id = 1;
/* accepted */ update artists set extra_metadata = '{}' where id = 1;

-- artists_merged_into_id_check
/* refused  */ update artists set merged_into_id = 1 where id = 1;
/* accepted */ update artists set merged_into_id = 2 where id = 1;

-- artists_merge_snapshot_check
/* refused  */ update artists set merge_snapshot = '{}' where id = 1;
/* accepted */ update artists set merge_snapshot = '{}', merged_into_id = 2 where id = 1;

-- artists_merged_into_id_chain
/* refused  */ update artists set merged_into_id = 3 where id = 1;
/* accepted */ update artists set merged_into_id = 1 where id = 2;

-- artists_musicbrainz_id_key
/* refused  */
update artists
set musicbrainz_id = '00000000-0000-4000-8000-000000000001'
where id in (1, 2);
/* accepted */ update artists set musicbrainz_id = '00000000-0000-4000-8000-000000000001' where id = 1;

-- artists_genres_fkey
/* refused  */ update artists set genres = '["nosuch"]' where id = 1;
/* accepted */ update artists set genres = '["rock", "oi"]' where id = 1;
