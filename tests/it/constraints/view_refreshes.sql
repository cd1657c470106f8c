-- view_refreshes_view_name_check
/* refused  */
insert into ops.view_refreshes (view_name, refreshed_at, duration_ms)
values ('', now(), 0);
/* accepted */
insert into ops.view_refreshes (view_name, refreshed_at, duration_ms)
values ('v', now(), 0);

-- view_refreshes_view_name_check
/* refused  */
insert into ops.view_refreshes (view_name, refreshed_at, duration_ms)
values (repeat('v', 64), now(), 0);
/* accepted */
insert into ops.view_refreshes (view_name, refreshed_at, duration_ms)
values (repeat('v', 63), now(), 0);

-- view_refreshes_duration_ms_check
/* refused  */
insert into ops.view_refreshes (view_name, refreshed_at, duration_ms)
values ('v', now(), -1);
/* accepted */
insert into ops.view_refreshes (view_name, refreshed_at, duration_ms)
values ('v', now(), 0);
