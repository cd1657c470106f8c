//! Owners and logins of other kinds than the tests' own: an owner who is no superuser, a login of the
//! server's own, a data folder of an earlier version.

use searxng_cool_music::db::connect::ConnectTarget;
use searxng_cool_music::db::roles::{self, SERVER_ROLE, Standing};
use searxng_cool_music::db::{Actor, Database, PoolSettings, Statement, migrate};
use searxng_cool_music::generate::{WorldOptions, WorldSize, generate_world};
use serde_json::json;

use crate::harness::{TestDatabase, connect_to};
use crate::run::{Running, program, told};

/// A login of the tests' cluster, made once; databases of other tests do not know it.
async fn login(database: &TestDatabase, name: &str) -> ConnectTarget {
    let client = database.client().await;
    // A login that an earlier test of the run has made is as good.
    let _ = client.batch_execute(&format!("create role {name} login")).await;
    database.target().with_user(name)
}

/// A database that somebody owns who is nothing else.
async fn owned_by(name: &str) -> (TestDatabase, ConnectTarget) {
    let database = TestDatabase::create_empty().await;
    let owner = login(&database, name).await;
    let given =
        format!("alter database {} owner to {name}; alter schema public owner to {name}", database.target().database());
    database.client().await.batch_execute(&given).await.expect("the superuser may");
    (database, owner)
}

fn pool() -> PoolSettings {
    PoolSettings {
        max_connections: 2,
        recycle_after: std::time::Duration::from_secs(60),
        wait: std::time::Duration::from_secs(5),
        session: searxng_cool_music::db::connect::SessionSettings::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_is_no_superuser_is_held_by_the_wall_as_well() {
    let (database, owner) = owned_by("walls_owner").await;
    migrate::up(&owner).await.expect("the migrations run");
    let options = WorldOptions {
        size: WorldSize::for_users(60).expect("it is possible"),
        seed: 1,
        until: chrono::NaiveDate::from_ymd_opt(2026, 11, 16),
    };
    generate_world(&owner.keeping(), &options, |_| {}).await.expect("the world is written");

    let superuser = database.client().await;
    let all: i64 = superuser.query_one("select count(*) from user_interactions", &[]).await.expect("it").get(0);
    let plain = connect_to(&owner).await;
    let count = "select count(*) from user_interactions";
    let shown = "select count(*) from user_interactions
        where user_id in (select user_id from user_music_profiles where is_history_public)";
    let shown: i64 = superuser.query_one(shown, &[]).await.expect("it").get(0);
    assert!(shown < all, "somebody keeps their history to themself");
    assert_eq!(plain.query_one(count, &[]).await.expect("it answers").get::<_, i64>(0), shown);
    assert_eq!(plain.query_one("select count(*) from user_library", &[]).await.expect("it").get::<_, i64>(0), 0);
    let part = "select count(*) from partitions.user_interactions_2026_10";
    assert_eq!(plain.query_one(part, &[]).await.expect("it answers").get::<_, i64>(0), 0);
    let keeper = connect_to(&owner.keeping()).await;
    assert_eq!(keeper.query_one(count, &[]).await.expect("it answers").get::<_, i64>(0), all);
    assert!(all > 0);
    let off: i64 = superuser
        .query_one(
            "select count(*) from pg_class where relrowsecurity is distinct from relforcerowsecurity
             or (relrowsecurity is false and relname in ('user_library', 'user_interactions_2026_10'))",
            &[],
        )
        .await
        .expect("it")
        .get(0);
    assert_eq!(off, 0, "every wall stands again after the world was written");

    // The role was made by another database's owner, and is not theirs to take.
    let standing = Standing::of(&owner).await.expect("it answers");
    assert!(
        standing.has_server_role && !standing.may_serve && standing.is_owner && !standing.is_unbound,
        "{standing:?}"
    );
    let weak = roles::serving(&owner).await.expect("it serves all the same");
    assert_eq!(weak.to_string(), owner.to_string());
    superuser.batch_execute("grant searxng_server to walls_owner").await.expect("the superuser may");
    let serving = roles::serving(&owner).await.expect("it serves");
    assert!(serving.to_string().contains("in the role searxng_server"), "{serving}");
    let standing = Standing::of(&serving).await.expect("it answers");
    assert!(standing.is_held() && standing.login == "walls_owner" && standing.role == SERVER_ROLE, "{standing:?}");

    // Background work passes through functions, for the server's role and for the owner alike.
    for target in [&weak, &serving] {
        let server = connect_to(target).await;
        let seen = "select sum(total_plays)::bigint from mv_track_popularity";
        // A refresh that does not say what for is one of what everybody may see, whoever asks for it.
        superuser.batch_execute("refresh materialized view mv_track_popularity").await.expect("it");
        let of_shown = "select count(*) from user_interactions where interaction_type = 'play'
            and user_id in (select user_id from user_music_profiles where is_history_public)";
        let of_shown: i64 = superuser.query_one(of_shown, &[]).await.expect("it").get(0);
        assert_eq!(server.query_one(seen, &[]).await.expect("it answers").get::<_, i64>(0), of_shown);
        server.batch_execute("select ops.refresh_statistics()").await.expect("it is refreshed");
        let plays = "select count(*) from user_interactions where interaction_type = 'play'";
        let plays: i64 = superuser.query_one(plays, &[]).await.expect("it").get(0);
        assert_eq!(server.query_one(seen, &[]).await.expect("it answers").get::<_, i64>(0), plays);
        assert_eq!(
            server.query_one(count, &[]).await.expect("it answers").get::<_, i64>(0),
            shown,
            "the purpose has ended"
        );
    }
    let server = connect_to(&serving).await;
    superuser
        .batch_execute(
            "insert into user_interactions (user_id, track_id, interaction_type, created_at)
            select min(u.id), (select min(id) from tracks), 'like', '2099-05-05' from users u",
        )
        .await
        .expect("a stray");
    server.batch_execute("select ops.ensure_partitions('2099-05-01', '2099-05-02')").await.expect("a month is made");
    let carried: i64 = superuser
        .query_one("select count(*) from partitions.user_interactions_2099_05", &[])
        .await
        .expect("the part is there")
        .get(0);
    assert_eq!(carried, 1);

    // Renamed slugs reach the profiles of everybody.
    superuser
        .batch_execute(
            "update user_music_profiles set favorite_genres = '[]', disliked_genres = '[]';
            update user_music_profiles p set favorite_genres = jsonb_build_array((select min(slug) from genres))",
        )
        .await
        .expect("they like it");
    server
        .batch_execute("update genres set slug = 'renamed-here' where slug = (select min(slug) from genres)")
        .await
        .expect("it is renamed");
    let old: i64 = superuser
        .query_one("select count(*) from user_music_profiles where not favorite_genres ? 'renamed-here'", &[])
        .await
        .expect("it")
        .get(0);
    assert_eq!(old, 0);

    let viewer: i64 = superuser.query_one("select min(user_id) from user_library", &[]).await.expect("it").get(0);
    let theirs: i64 = superuser
        .query_one("select count(*) from user_library where user_id = $1", &[&viewer])
        .await
        .expect("it")
        .get(0);
    for target in [weak, serving] {
        let pool = Database::open(target, pool()).await.expect("the pool opens");
        let mut conn =
            pool.acting(Actor { user: Some(viewer), ..Actor::default() }).conn().await.expect("a connection");
        let mut statement = Statement::new("select count(*) from user_library");
        statement.private();
        assert_eq!(statement.first::<i64>(&mut conn).await.expect("it runs"), Some(theirs));
    }
    for _ in 0..3 {
        migrate::down(&owner).await.expect("the owner may take it back");
    }
    assert!(!Standing::of(&owner).await.expect("it answers").is_unbound);
    migrate::up(&owner).await.expect("and run it again");
}

/// The greeting, an authenticated query, and what `doctor` says.
fn served(database: &TestDatabase, keys: &str, url: &str, migration_url: Option<&str>) -> String {
    let mut environment = vec![("KEYS_FILE", keys)];
    environment.extend(migration_url.map(|url| ("MIGRATION_DATABASE_URL", url)));
    let (server, address) = Running::at(url, &environment);
    let register = "mutation { register(input: {username: \"n\", email: \"n@example.org\", password: \"correct horse battery\"}) { user { username } userErrors { message } } }";
    let name = format!("walls{}", address.port());
    let told_of = server.query(&register.replace("\"n", &format!("\"{name}")));
    assert_eq!(told_of["register"]["user"]["username"], json!(name), "{told_of}");
    server.signal(libc::SIGTERM);
    assert!(server.ends());
    let mut doctor = program(&["doctor", "--database-url", url]);
    let output = doctor.envs(environment).output().expect("the program runs");
    let (said, error) = told(&output);
    assert!(output.status.success(), "{}: {said}{error}", database.target());
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_tells_as_whom_the_server_serves() {
    let database = TestDatabase::create().await;
    let owner_url = database.url();
    let folder = tempfile::tempdir().expect("a folder can be made");
    let keys = folder.path().join("keys.json").display().to_string();
    let said = served(&database, &keys, &owner_url, None);
    assert!(said.contains("serves as searxng_server, who owns nothing"), "{said}");
    assert!(said.contains("searxng_user could leave that role again"), "{said}");
    assert!(said.contains("forced on the 13 private tables") && said.contains("knows its viewer"), "{said}");

    // A login of its own, which the owner lets take the role.
    login(&database, "walls_login").await;
    let own_url = owner_url.replace("searxng_user", "walls_login");
    let said = served(&database, &keys, &own_url, Some(&owner_url));
    assert!(said.contains("serves as searxng_server") && !said.contains("could leave"), "{said}");
    assert!(said.contains("this user may migrate"), "{said}");
    // From then on without the owner, where no migration is pending.
    let said = served(&database, &keys, &own_url, None);
    assert!(said.contains("serves as searxng_server") && said.contains("MIGRATION_DATABASE_URL"), "{said}");

    let superuser = database.client().await;
    superuser.batch_execute("alter table user_library no force row level security").await.expect("the owner may");
    let mut doctor = program(&["doctor", "--database-url", &owner_url]);
    let (said, _) = told(&doctor.output().expect("the program runs"));
    assert!(said.contains("row-level security is off on public.user_library"), "{said}");
    let refused = login(&database, "walls_stranger").await;
    let error = roles::serving(&refused).await.expect_err("they have no rights").to_string();
    assert!(error.contains("grant searxng_server to walls_stranger"), "{error}");
}
