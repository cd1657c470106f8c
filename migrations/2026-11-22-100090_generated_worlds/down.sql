drop table ops.generated_worlds;
