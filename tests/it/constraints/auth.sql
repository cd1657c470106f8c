-- sessions_expires_at_check
/* refused  */ insert into auth.sessions (user_id, token_version, expires_at) values (1, 0, now());
/* accepted */
insert into auth.sessions (user_id, token_version, expires_at)
values (1, 0, now() + interval '1 microsecond');

-- sessions_refreshed_at_check
/* refused  */
insert into auth.sessions (user_id, token_version, expires_at, refreshed_at)
values (1, 0, now() + interval '1 day', now() - interval '1 microsecond');
/* accepted */
insert into auth.sessions (user_id, token_version, expires_at, refreshed_at)
values (1, 0, now() + interval '1 day', now());

-- refresh_tokens_token_hash_check
/* refused  */ insert into auth.refresh_tokens (session_id, token_hash) values (1, repeat('a', 63));
/* accepted */ insert into auth.refresh_tokens (session_id, token_hash) values (1, repeat('f', 64));

-- refresh_tokens_token_hash_key
/* refused  */ insert into auth.refresh_tokens (session_id, token_hash) values (1, repeat('0', 64));
/* accepted */ insert into auth.refresh_tokens (session_id, token_hash) values (1, repeat('1', 64));

-- api_tokens_name_check
/* refused  */ update auth.api_tokens set name = '';
/* accepted */ update auth.api_tokens set name = 'a';

-- api_tokens_name_check
/* refused  */ update auth.api_tokens set name = repeat('a', 101);
/* accepted */ update auth.api_tokens set name = repeat('a', 100);

-- api_tokens_token_hash_check
/* refused  */ update auth.api_tokens set token_hash = repeat('g', 64);
/* accepted */ update auth.api_tokens set token_hash = repeat('f', 64);

-- api_tokens_token_hash_key
/* refused  */
insert into auth.api_tokens (user_id, name, token_hash, scopes, token_version)
values (1, 'b', repeat('0', 64), '{read}', 0);
/* accepted */
insert into auth.api_tokens (user_id, name, token_hash, scopes, token_version)
values (1, 'b', repeat('1', 64), '{read}', 0);

-- api_tokens_scopes_check
/* refused  */ update auth.api_tokens set scopes = '{}';
/* accepted */ update auth.api_tokens set scopes = '{admin}';

-- api_tokens_scopes_check
/* refused  */ update auth.api_tokens set scopes = '{read,write}';
/* accepted */ update auth.api_tokens set scopes = '{read,history_write}';

-- api_tokens_expires_at_check
/* refused  */ update auth.api_tokens set expires_at = created_at;
/* accepted */ update auth.api_tokens set expires_at = created_at + interval '1 microsecond';

-- attempts_subject_check
/* refused  */ insert into auth.attempts (subject, tries) values ('', 1);
/* accepted */ insert into auth.attempts (subject, tries) values ('a', 1);

-- attempts_subject_check
/* refused  */ insert into auth.attempts (subject, tries) values (repeat('a', 201), 1);
/* accepted */ insert into auth.attempts (subject, tries) values (repeat('a', 200), 1);

-- attempts_tries_check
/* refused  */ insert into auth.attempts (subject, tries) values ('a', 0);
/* accepted */ insert into auth.attempts (subject, tries) values ('a', 1);

-- key_check_is_the_one_check
/* refused  */ insert into auth.key_check (is_the_one, lookup_check) values (false, repeat('a', 64));
/* accepted */ insert into auth.key_check (is_the_one, lookup_check) values (true, repeat('a', 64));

-- key_check_lookup_check_check
/* refused  */ insert into auth.key_check (lookup_check) values (repeat('a', 65));
/* accepted */ insert into auth.key_check (lookup_check) values (repeat('a', 64));
