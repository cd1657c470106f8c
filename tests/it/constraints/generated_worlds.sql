-- generated_worlds_is_only_check
/* refused  */
insert into ops.generated_worlds (is_only, users, seed, until_date, generator)
values (false, 1, 1, '2026-11-22', 1);
/* accepted */
insert into ops.generated_worlds (is_only, users, seed, until_date, generator)
values (true, 1, 1, '2026-11-22', 1);

-- generated_worlds_users_check
/* refused  */
insert into ops.generated_worlds (users, seed, until_date, generator)
values (0, 1, '2026-11-22', 1);
/* accepted */
insert into ops.generated_worlds (users, seed, until_date, generator)
values (1, 1, '2026-11-22', 1);

-- generated_worlds_steps_done_check
/* refused  */
insert into ops.generated_worlds (users, seed, until_date, generator, steps_done)
values (1, 1, '2026-11-22', 1, -1);
/* accepted */
insert into ops.generated_worlds (users, seed, until_date, generator, steps_done)
values (1, 1, '2026-11-22', 1, 0);
