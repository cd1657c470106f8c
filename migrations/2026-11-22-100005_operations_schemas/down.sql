drop function ops.ensure_partitions(date, date);
drop schema partitions;
drop schema ops;
