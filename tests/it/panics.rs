//! A resolver that panics. None of the product's does; an extension of the library, through which
//! every field goes, panics in the place of one.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::{ServerResult, Value as GraphqlValue, async_trait};
use searxng_cool_music::db::PoolState;
use searxng_cool_music::graphql::Api;
use searxng_cool_music::graphql::limits::Limits;
use serde_json::{Value, json};

use crate::builders::{a_playlist, a_user, an_activity, gid};
use crate::http::TestServer;
use crate::websocket::Socket;

/// Panics in every field that is asked for under the name `broken`.
struct Breaking;

impl ExtensionFactory for Breaking {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Breaking {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<GraphqlValue>> {
        assert!(info.alias != Some("broken"), "this panic belongs to a test");
        next.run(ctx, info).await
    }
}

async fn a_server_that_breaks() -> TestServer {
    TestServer::start_as(&[], |state| state.with_api(Api::watched(Limits::default(), true, Breaking))).await
}

/// The one error, which tells nothing.
fn is_internal(errors: &Value) {
    let error = &errors[0];
    assert_eq!((errors.as_array().map(Vec::len), &error["message"]), (Some(1), &json!("Internal error")), "{errors}");
    assert_eq!(error["extensions"]["code"], "INTERNAL_SERVER_ERROR");
    let id = error["extensions"]["requestId"].as_str().unwrap_or_default();
    assert!(uuid::Uuid::parse_str(id).is_ok(), "{errors}");
}

const BROKEN: &str = "{ __typename broken: genres { totalCount } }";

#[tokio::test]
async fn a_resolver_that_panics_fails_its_own_request_alone() {
    let server = a_server_that_breaks().await;
    for _ in 0..10 {
        let answer = server.query(BROKEN).await;
        assert_eq!((answer.status, answer.refusal().as_str()), (500, "INTERNAL_SERVER_ERROR"));
        is_internal(&answer.json()["errors"]);
        assert!(!answer.body.contains("test"), "{answer:?}");
    }
    server.lives_on().await;
    let PoolState { connections: all, idle, .. } = server.pool.pool_state();
    assert_eq!(all, idle, "connections are left in use");
}

#[tokio::test]
async fn a_resolver_that_panics_fails_its_operation_and_the_socket_lives_on() {
    let server = a_server_that_breaks().await;
    let client = server.database.client().await;
    let owner = a_user(&client).await;
    let playlist = a_playlist(&client, owner).await;
    an_activity(&client, playlist, "created", 1).await;
    let id = gid("Playlist", playlist);
    let mut socket = Socket::ready(&server).await;
    let follow = |field: &str| {
        format!("subscription {{ playlistActivity(playlistId: \"{id}\" afterVersion: 0) {{ {field} }} }}")
    };
    socket.subscribe("live", &follow("version")).await;
    assert_eq!(socket.hear().await["payload"]["data"], json!({"playlistActivity": {"version": 1}}));
    for broken in [BROKEN, &follow("broken: version")] {
        // Its id is free again at once.
        for _ in 0..3 {
            socket.subscribe("broken", broken).await;
            let error = socket.hear().await;
            assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("broken")), "{error}");
            is_internal(&error["payload"]);
        }
    }
    socket.subscribe("whole", "{ genres { totalCount } }").await;
    assert_eq!(socket.hear().await["payload"]["data"], json!({"genres": {"totalCount": 0}}));
    assert_eq!(socket.hear().await, json!({"id": "whole", "type": "complete"}));
    // What ran beside it runs on.
    an_activity(&client, playlist, "renamed", 2).await;
    let next = socket.hear().await;
    assert_eq!((&next["id"], &next["payload"]["data"]), (&json!("live"), &json!({"playlistActivity": {"version": 2}})));
}
