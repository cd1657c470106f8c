-- events_operation_check
/* refused  */ insert into audit.events (operation, subject_table, subject_key) values ('read', 'users', 1);
/* accepted */ insert into audit.events (operation, subject_table, subject_key) values ('export', 'users', 1);

-- events_subject_table_check
/* refused  */ insert into audit.events (operation, subject_table, subject_key) values ('export', 'public.users', 1);
/* accepted */ insert into audit.events (operation, subject_table, subject_key) values ('export', repeat('a', 63), 1);

-- events_before_check
/* refused  */
insert into audit.events (operation, subject_table, subject_key, before, after) values ('insert', 'users', 1, '{}', '{}');
/* accepted */
insert into audit.events (operation, subject_table, subject_key, before, after) values ('update', 'users', 1, '{}', '{}');

-- events_before_check
/* refused  */ insert into audit.events (operation, subject_table, subject_key) values ('delete', 'users', 1);
/* accepted */ insert into audit.events (operation, subject_table, subject_key, before) values ('delete', 'users', 1, '{}');

-- events_after_check
/* refused  */ insert into audit.events (operation, subject_table, subject_key, after) values ('export', 'users', 1, '{}');
/* accepted */ insert into audit.events (operation, subject_table, subject_key, after) values ('insert', 'users', 1, '{}');

-- events_after_check
/* refused  */ insert into audit.events (operation, subject_table, subject_key, after) values ('insert', 'users', 1, '[]');
/* accepted */ insert into audit.events (operation, subject_table, subject_key, after) values ('insert', 'users', 1, '{"a": 1}');

-- events_request_id_check
/* refused  */
insert into audit.events (operation, subject_table, subject_key, request_id) values ('export', 'users', 1, repeat('a', 65));
/* accepted */
insert into audit.events (operation, subject_table, subject_key, request_id) values ('export', 'users', 1, repeat('a', 64));

-- events_append_only
/* refused  */ update audit.events set actor_id = 1;
/* accepted */ insert into audit.events (operation, subject_table, subject_key) values ('export', 'users', 1);

-- events_append_only
/* refused  */ delete from audit.events;
/* accepted */ insert into audit.events (operation, subject_table, subject_key) values ('export', 'users', 1);