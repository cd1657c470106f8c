//! The database room: connections, statements, pages, batching, migrations, and the embedded
//! server. It knows how to ask, not what is asked.

mod actor;
mod child_list;
pub mod closed_set;
pub mod connect;
pub mod embedded;
mod explain;
pub mod filter;
mod json;
mod listen;
mod loaders;
mod manager;
pub mod migrate;
pub mod page;
mod pool;
mod private;
pub mod roles;
pub mod schema;
mod statement;
mod transaction;

pub use actor::Actor;
pub(crate) use child_list::by_shape;
pub use child_list::{CountOf, Of};
pub use explain::{Explained, Plans};
pub use filter::{Comparison, Filter, Test, TextTest, ValueTest};
pub use json::LazyJson;
pub use listen::{Listener, Wake, Watch};
pub use loaders::{Batches, Key, Loaded, Loaders};
pub use page::{Cursor, Direction, Edge, KeyType, ListSource, Nulls, Order, Page, PageArgs, PageRequest, SortKey};
pub use pool::{Conn, Database, PoolSettings, PoolState};
pub use statement::{Column, Columns, ReadRow, Statement, violated};
pub use transaction::{Transaction, Tries};
