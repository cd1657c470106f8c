-- The whole schema as lines of text, ordered: two databases with the same lines have the same
-- schema. What an extension brought is told by the extension's own line. Rights that were given and
-- taken back are written as those that were never given. $1: schemas left out.
with own_schema as (
  select oid, nspname, nspowner, nspacl
  from pg_namespace
  where nspname !~ '^pg_' and nspname <> 'information_schema' and nspname <> all ($1::text[])
),
relation as (
  select class.*, own_schema.nspname || '.' || class.relname as name
  from pg_class as class
  join own_schema on own_schema.oid = class.relnamespace
  where not exists (
    select from pg_depend
    where classid = 'pg_class'::regclass and objid = class.oid and deptype = 'e'
  )
),
routine as (
  select proc.*, format('%s.%s(%s)', own_schema.nspname, proc.proname, pg_get_function_identity_arguments(proc.oid)) as name
  from pg_proc as proc
  join own_schema on own_schema.oid = proc.pronamespace
  where not exists (
    select from pg_depend
    where classid = 'pg_proc'::regclass and objid = proc.oid and deptype = 'e'
  )
),
line (text) as (
  select format('schema %s %s', nspname, array(select unnest(coalesce(nspacl, acldefault('n', nspowner)))::text order by 1))
  from own_schema

  union all
  select format('extension %s %s %s', extname, extversion, extnamespace::regnamespace)
  from pg_extension

  union all
  select format(
    'relation %s kind=%s persistence=%s options=%s method=%s security=%s,%s rights=%s partition=%s key=%s definition=%s',
    name, relkind, relpersistence, reloptions, amname, relrowsecurity, relforcerowsecurity,
    array(select unnest(coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner)))::text order by 1),
    pg_get_expr(relpartbound, relation.oid),
    case when relkind = 'p' then pg_get_partkeydef(relation.oid) end,
    case when relkind in ('v', 'm') then pg_get_viewdef(relation.oid) end
  )
  from relation
  left join pg_am on pg_am.oid = relam

  union all
  select format(
    'column %s %s %s type=%s null=%s identity=%s generated=%s default=%s collation=%s storage=%s statistics=%s rights=%s',
    name, row_number() over (partition by attrelid order by attnum), attname, format_type(atttypid, atttypmod), not attnotnull, attidentity, attgenerated,
    pg_get_expr(adbin, adrelid), collname, attstorage, attstattarget, attacl
  )
  from relation
  -- A column that is gone leaves its number behind, and nothing else.
  join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
  left join pg_attrdef on adrelid = attrelid and adnum = attnum
  left join pg_collation on pg_collation.oid = attcollation
  where relkind <> 'i'

  union all
  select format('sequence %s %s', seqrelid::regclass, to_jsonb(pg_sequence) - 'seqrelid')
  from pg_sequence
  join relation on relation.oid = seqrelid

  union all
  select format('inheritance %s of %s', inhrelid::regclass, inhparent::regclass)
  from pg_inherits
  join relation on relation.oid = inhrelid

  union all
  select format(
    'constraint %s on %s validated=%s %s',
    conname, name, convalidated, pg_get_constraintdef(pg_constraint.oid)
  )
  from pg_constraint
  join relation on relation.oid = conrelid

  union all
  select format('index valid=%s %s', indisvalid, pg_get_indexdef(indexrelid))
  from pg_index
  join relation on relation.oid = indexrelid

  union all
  select format('trigger enabled=%s %s', tgenabled, pg_get_triggerdef(pg_trigger.oid))
  from pg_trigger
  join relation on relation.oid = tgrelid
  where not tgisinternal

  union all
  select format('rule %s', pg_get_ruledef(pg_rewrite.oid))
  from pg_rewrite
  join relation on relation.oid = ev_class
  where rulename <> '_RETURN'

  union all
  select format('policy %s on %s to %s %s %s', polname, name, array_to_string(polroles::regrole[], ','), pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
  from pg_policy
  join relation on relation.oid = polrelid

  union all
  select format('statistics %s', pg_get_statisticsobjdef(oid))
  from pg_statistic_ext

  union all
  select format('routine %s rights=%s %s', name, array(select unnest(coalesce(proacl, acldefault('f', proowner)))::text order by 1), case when prokind <> 'a' then pg_get_functiondef(oid) end)
  from routine

  union all
  select format('type %s.%s kind=%s', nspname, typname, typtype)
  from pg_type
  join own_schema on own_schema.oid = typnamespace
  where not exists (
    select from pg_depend
    where classid = 'pg_type'::regclass and objid = pg_type.oid and deptype = 'e'
  )

  union all
  select format(
    'text search configuration %s.%s: %s by %s with %s',
    nspname, cfgname, (select alias from ts_token_type(cfgparser) where tokid = maptokentype),
    mapseqno, mapdict::regdictionary
  )
  from pg_ts_config
  join own_schema on own_schema.oid = cfgnamespace
  left join pg_ts_config_map on mapcfg = pg_ts_config.oid

  union all
  select format('event trigger %s on %s', evtname, evtevent)
  from pg_event_trigger

  union all
  select format('standing rights %s %s', defaclnamespace::regnamespace, defaclacl)
  from pg_default_acl

  union all
  select format('comment on %s %s: %s', object.type, object.identity, description)
  from pg_description
  cross join pg_identify_object(classoid, objoid, objsubid) as object
  where object.schema in (select nspname from own_schema)
    or (classoid = 'pg_namespace'::regclass and objoid in (select oid from own_schema))
)
select text
from line
order by text
