-- artist_sources_source_type_check
/* refused  */ update artist_sources set source_type = 'myspace' where id = 1;
/* accepted */ update artist_sources set source_type = 'apple_music' where id = 1;

-- artist_sources_source_id_check
/* refused  */ update artist_sources set source_id = repeat('a', 256) where id = 1;
/* accepted */ update artist_sources set source_id = repeat('a', 255) where id = 1;

-- artist_sources_source_id_check
/* refused  */ update artist_sources set source_id = '' where id = 1;
/* accepted */ update artist_sources set source_id = 'a' where id = 1;

-- artist_sources_source_uri_check
/* refused  */ update artist_sources set source_uri = 'javascript:alert(1)' where id = 1;
/* accepted */ update artist_sources set source_uri = 'spotify:track:1' where id = 1;

-- artist_sources_source_uri_check
/* refused  */ update artist_sources set source_uri = 'https://' where id = 1;
/* accepted */ update artist_sources set source_uri = 'https://example.org' where id = 1;

-- artist_sources_source_uri_check
/* refused  */ update artist_sources set source_uri = 'https://' || repeat('a', 1993) where id = 1;
/* accepted */ update artist_sources set source_uri = 'https://' || repeat('a', 1992) where id = 1;

-- artist_sources_source_uri_check
/* refused  */ update artist_sources set source_uri = 'https://example.org/a b' where id = 1;
/* accepted */ update artist_sources set source_uri = 'https://example.org/a%20b' where id = 1;

-- artist_sources_source_uri_check
/* refused  */ update artist_sources set source_uri = 'DATA:text/html,x' where id = 1;
/* accepted */ update artist_sources set source_uri = 'urn:isrc:GBAYE6900531' where id = 1;

-- artist_sources_source_extra_metadata_check
/* refused  */ update artist_sources set source_extra_metadata = '[]' where id = 1;
/* accepted */ update artist_sources set source_extra_metadata = '{}' where id = 1;

-- artist_sources_sync_status_check
/* refused  */ update artist_sources set sync_status = 'pending' where id = 1;
/* accepted */ update artist_sources set sync_status = 'removed' where id = 1;

-- artist_sources_source_type_source_id_key
/* refused  */
insert into artist_sources (artist_id, source_type, source_id)
values (1, 'spotify', 'a');
/* accepted */
insert into artist_sources (artist_id, source_type, source_id)
values (1, 'deezer', 'a');

-- artist_sources_artist_id_primary_key
/* refused  */ update artist_sources set is_primary = true where id = 2;
/* accepted */ update artist_sources set is_primary = false where id = 1;
