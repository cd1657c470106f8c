//! A playlist as it once was.

use std::sync::Arc;

use async_graphql::{Context, Result};
use serde_json::Value;

use crate::db::{Cursor, Direction, Edge, KeyType, Nulls, Order, Page, PageArgs, PageRequest, SortKey};
use crate::error::Error;
use crate::graphql::collaboration::change::HistoricalItemConnection;
use crate::graphql::connection::Count;
use crate::graphql::context;
use crate::playlist::history::EntriesAt;
use crate::playlist::playlist::PlaylistId;

/// A page of the entries that a playlist had after a version.
pub async fn items_at(
    ctx: &Context<'_>,
    playlist: PlaylistId,
    version: i32,
    args: PageArgs,
) -> Result<HistoricalItemConnection> {
    let place = SortKey::new("place", "place", KeyType::BigInt);
    let order = Order::new(vec![(place, Direction::Asc, Nulls::Last)], "id", Direction::Asc);
    let page = PageRequest::new(&args, order.clone())?;
    let past = context::loaders(ctx)?.load_one(EntriesAt { playlist, version }).await?;
    let past = past.ok_or_else(|| {
        Error::invalid(
            "version",
            format!("the list as of version {version} cannot be told: not all changes since are kept"),
        )
    })?;
    let key = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_i64).unwrap_or_default();
    let start = page.after_id().and_then(|id| past.iter().position(|entry| key(entry, "item_id") == id));
    let start = start.map_or(0, |place| place + 1);
    let size = usize::try_from(args.first.unwrap_or(100)).unwrap_or(0);
    let (order, count) = (Arc::new(order), past.len());
    let rows = past.iter().skip(start).take(size).map(|entry| {
        let key = vec![Some(key(entry, "position").to_string()), Some(key(entry, "item_id").to_string())];
        Edge { cursor: Cursor::of_key(&order, key), row: entry.clone() }
    });
    let page = Page { rows: rows.collect(), has_next: start + size < count, has_previous: start > 0 };
    Ok(HistoricalItemConnection::new(page, Count::known(i64::try_from(count).unwrap_or(i64::MAX))))
}
