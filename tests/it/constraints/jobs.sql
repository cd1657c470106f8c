-- jobs_job_name_check
/* refused  */
insert into ops.jobs (job_name, started_at, duration_ms, is_ok, report)
values ('', now(), 0, true, '');
/* accepted */
insert into ops.jobs (job_name, started_at, duration_ms, is_ok, report)
values ('j', now(), 0, true, '');

-- jobs_job_name_check
/* refused  */
insert into ops.jobs (job_name, started_at, duration_ms, is_ok, report)
values (repeat('j', 64), now(), 0, true, '');
/* accepted */
insert into ops.jobs (job_name, started_at, duration_ms, is_ok, report)
values (repeat('j', 63), now(), 0, true, '');

-- jobs_duration_ms_check
/* refused  */
insert into ops.jobs (job_name, started_at, duration_ms, is_ok, report)
values ('j', now(), -1, true, '');
/* accepted */
insert into ops.jobs (job_name, started_at, duration_ms, is_ok, report)
values ('j', now(), 0, true, '');

-- jobs_report_check
/* refused  */
insert into ops.jobs (job_name, started_at, duration_ms, is_ok, report)
values ('j', now(), 0, true, repeat('r', 2001));
/* accepted */
insert into ops.jobs (job_name, started_at, duration_ms, is_ok, report)
values ('j', now(), 0, true, repeat('r', 2000));

-- jobs_ok_count_check
/* refused  */
insert into ops.jobs (job_name, started_at, duration_ms, is_ok, report, ok_count)
values ('j', now(), 0, true, '', -1);
/* accepted */
insert into ops.jobs (job_name, started_at, duration_ms, is_ok, report, ok_count)
values ('j', now(), 0, true, '', 0);

-- jobs_failed_count_check
/* refused  */
insert into ops.jobs (job_name, started_at, duration_ms, is_ok, report, failed_count)
values ('j', now(), 0, true, '', -1);
/* accepted */
insert into ops.jobs (job_name, started_at, duration_ms, is_ok, report, failed_count)
values ('j', now(), 0, true, '', 0);
