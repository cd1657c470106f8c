delete from ops.serving_rights where object like 'function auth.%';

drop function auth.session_holder(bigint, bigint, integer);
drop function auth.api_token_holder(text);
drop function auth.note_api_token_use(text);
drop function auth.renew_session(text, text, integer);
drop function auth.end_reused_session(text);
drop function auth.count_try(text, integer);
drop function auth.forget_tries(text);
drop function auth.forgive_try(text);
drop function auth.purge();
drop function auth.check_keys(text);
