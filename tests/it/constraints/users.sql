-- users_username_check
/* refused  */ update users set username = 'a' where id = 1;
/* accepted */ update users set username = 'a.' where id = 1;

-- users_username_check
/* refused  */ update users set username = repeat('a', 81) where id = 1;
/* accepted */ update users set username = repeat('a', 80) where id = 1;

-- users_username_check
/* refused  */ update users set username = '.ada' where id = 1;
/* accepted */ update users set username = '1-a_d.a' where id = 1;

-- users_username_check
/* refused  */ update users set username = E'ada\n' where id = 1;
/* accepted */ update users set username = 'ada' where id = 1;

-- users_email_check
/* refused  */ update users set email = 'ada@example@org' where id = 1;
/* accepted */ update users set email = 'a@b' where id = 1;

-- users_email_check
/* refused  */ update users set email = repeat('a', 253) || '@b' where id = 1;
/* accepted */ update users set email = repeat('a', 252) || '@b' where id = 1;

-- users_email_check
/* refused  */ update users set email = 'a d@example.org' where id = 1;
/* accepted */ update users set email = 'ä.d@example.org' where id = 1;

-- users_password_hash_check
/* refused  */ update users set password_hash = '' where id = 1;
/* accepted */ update users set password_hash = null where id = 1;

-- users_password_hash_check
/* refused  */ update users set password_hash = repeat('a', 256) where id = 1;
/* accepted */ update users set password_hash = repeat('a', 255) where id = 1;

-- users_default_language_check
/* refused  */ update users set default_language = 'en_GB' where id = 1;
/* accepted */ update users set default_language = 'en-GB' where id = 1;

-- users_default_language_check
/* refused  */
update users
set default_language = 'abcdefgh-abcdefgh-abcdefgh-abcdefgh-a'
where id = 1;
/* accepted */ update users set default_language = 'abcdefgh-abcdefgh-abcdefgh-abcdefgh' where id = 1;

-- users_default_categories_check
/* refused  */ update users set default_categories = '["a", 1]' where id = 1;
/* accepted */ update users set default_categories = '[]' where id = 1;

-- users_default_engines_check
/* refused  */ update users set default_engines = '["a", 1]' where id = 1;
/* accepted */ update users set default_engines = '[]' where id = 1;

-- users_token_version_check
/* refused  */ update users set token_version = -1 where id = 1;
/* accepted */ update users set token_version = 0 where id = 1;

-- users_username_key
/* refused  */ insert into users (username, email) values ('ADA', 'x@example.org');
/* accepted */ insert into users (username, email) values ('ada2', 'x@example.org');

-- users_email_key
/* refused  */ insert into users (username, email) values ('cat', 'ADA@example.org');
/* accepted */ insert into users (username, email) values ('cat', 'ada@example.com');

-- users_email_sealed_check
/* refused  */
update users
set email = null, email_sealed = 'k.', email_lookup = repeat('a', 64)
where id = 1;
/* accepted */
update users
set email = null, email_sealed = 'k.A', email_lookup = repeat('a', 64)
where id = 1;

-- users_email_sealed_check
/* refused  */
update users
set email = null, email_sealed = 'k.' || repeat('A', 999), email_lookup = repeat('a', 64)
where id = 1;
/* accepted */
update users
set email = null, email_sealed = 'k.' || repeat('A', 998), email_lookup = repeat('a', 64)
where id = 1;

-- users_email_lookup_check
/* refused  */
update users
set email = null, email_sealed = 'k.A', email_lookup = repeat('A', 64)
where id = 1;
/* accepted */
update users
set email = null, email_sealed = 'k.A', email_lookup = repeat('f', 64)
where id = 1;

-- users_email_kept_once_check
/* refused  */ update users set email_sealed = 'k.A', email_lookup = repeat('a', 64) where id = 1;
/* accepted */
update users
set email = null, email_sealed = 'k.A', email_lookup = repeat('a', 64)
where id = 1;

-- users_email_kept_once_check
/* refused  */ update users set email = null, email_sealed = 'k.A' where id = 1;
/* accepted */ update users set email = null where id = 1;

-- users_email_lookup_key
/* refused  */
insert into users (username, email_sealed, email_lookup)
values ('cat', 'k.A', repeat('a', 64)), ('dog', 'k.B', repeat('a', 64));
/* accepted */
insert into users (username, email_sealed, email_lookup)
values ('cat', 'k.A', repeat('a', 64)), ('dog', 'k.B', repeat('b', 64));

-- users_last_administrator
/* refused  */ update users set is_admin = false where is_admin;
/* accepted */ update users set is_admin = true where id = 1;
