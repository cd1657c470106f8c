drop function ops.analyze_table(text);
drop function ops.end_expired_shares(timestamptz);
drop function ops.purge_deleted_playlists(timestamptz, integer);
drop function ops.drop_old_partition(text, timestamptz);
drop function ops.mend_sums(text, bigint[]);
drop function ops.wrong_sums(text);
drop function ops.first_month(text);
drop function ops.note_job(text, timestamptz, boolean, text);
drop table ops.jobs;
