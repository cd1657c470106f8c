update import_albums
set album_id = coalesce(albums.merged_into_id, albums.id)
from public.albums
where import_albums.album_id is null and albums.musicbrainz_id = import_albums.mbid;
