-- track_sources_source_type_check
/* refused  */ update track_sources set source_type = 'myspace' where id = 1;
/* accepted */ update track_sources set source_type = 'apple_music' where id = 1;

-- track_sources_source_id_check
/* refused  */ update track_sources set source_id = repeat('a', 256) where id = 1;
/* accepted */ update track_sources set source_id = repeat('a', 255) where id = 1;

-- track_sources_source_id_check
/* refused  */ update track_sources set source_id = '' where id = 1;
/* accepted */ update track_sources set source_id = 'a' where id = 1;

-- track_sources_source_uri_check
/* refused  */ update track_sources set source_uri = 'javascript:alert(1)' where id = 1;
/* accepted */ update track_sources set source_uri = 'spotify:track:1' where id = 1;

-- track_sources_source_uri_check
/* refused  */ update track_sources set source_uri = 'https://' where id = 1;
/* accepted */ update track_sources set source_uri = 'https://example.org' where id = 1;

-- track_sources_source_uri_check
/* refused  */ update track_sources set source_uri = 'https://' || repeat('a', 1993) where id = 1;
/* accepted */ update track_sources set source_uri = 'https://' || repeat('a', 1992) where id = 1;

-- track_sources_source_uri_check
/* refused  */ update track_sources set source_uri = 'https://example.org/a b' where id = 1;
/* accepted */ update track_sources set source_uri = 'https://example.org/a%20b' where id = 1;

-- track_sources_source_uri_check
/* refused  */ update track_sources set source_uri = 'DATA:text/html,x' where id = 1;
/* accepted */ update track_sources set source_uri = 'urn:isrc:GBAYE6900531' where id = 1;

-- track_sources_source_extra_metadata_check
/* refused  */ update track_sources set source_extra_metadata = '[]' where id = 1;
/* accepted */ update track_sources set source_extra_metadata = '{}' where id = 1;

-- track_sources_sync_status_check
/* refused  */ update track_sources set sync_status = 'pending' where id = 1;
/* accepted */ update track_sources set sync_status = 'removed' where id = 1;

-- track_sources_available_in_check
/* refused  */ update track_sources set available_in = '{DE, fr}' where id = 1;
/* accepted */ update track_sources set available_in = '{DE, FR}' where id = 1;

-- track_sources_available_in_check
/* refused  */ update track_sources set available_in = '{null}' where id = 1;
/* accepted */ update track_sources set available_in = '{}' where id = 1;

-- track_sources_audio_quality_check
/* refused  */ update track_sources set audio_quality = 'hires' where id = 1;
/* accepted */ update track_sources set audio_quality = 'lossless' where id = 1;

-- track_sources_reference_check
/* refused  */ update track_sources set source_id = null where id = 1;
/* accepted */
update track_sources
set source_id = null, source_uri = 'https://example.org/1'
where id = 1;

-- track_sources_source_type_source_id_key
/* refused  */ insert into track_sources (track_id, source_type, source_id) values (2, 'spotify', 'a');
/* accepted */ insert into track_sources (track_id, source_type, source_id) values (2, 'deezer', 'a');

-- track_sources_track_id_primary_key
/* refused  */ update track_sources set is_primary = true where id = 2;
/* accepted */ update track_sources set is_primary = false where id = 1;
