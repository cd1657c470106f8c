drop function ops.refresh_statistics();
drop table ops.view_refreshes;
