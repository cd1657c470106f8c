-- What the command `generate` has made or is making here: an interrupted run goes on from it, and the
-- server loads no demo beside it.
create table ops.generated_worlds (
  is_only boolean not null default true,
  users integer not null,
  seed bigint not null,
  until_date date not null,
  generator integer not null,
  steps_done integer not null default 0,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint generated_worlds_pkey primary key (is_only),
  constraint generated_worlds_is_only_check check (is_only),
  constraint generated_worlds_users_check check (users >= 1),
  constraint generated_worlds_steps_done_check check (steps_done >= 0)
);

comment on table ops.generated_worlds is
  'The made-up world that fills this database; at most one row.';
comment on column ops.generated_worlds.is_only is 'Always true: there is one world at most.';
comment on column ops.generated_worlds.users is 'Number of users, from which all other numbers follow.';
comment on column ops.generated_worlds.seed is 'Seed number of the draws.';
comment on column ops.generated_worlds.until_date is 'Day in UTC with whose beginning the world ends.';
comment on column ops.generated_worlds.generator is 'Version of the generator: another one makes other rows from the same numbers.';
comment on column ops.generated_worlds.steps_done is 'Number of steps that are written; a step is a table or a month of one.';
comment on column ops.generated_worlds.started_at is 'When the first run began.';
comment on column ops.generated_worlds.finished_at is 'When everything was written; null: a run is at work or was interrupted.';
