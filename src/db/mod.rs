//! The database room: connections, statements, pages, batching, migrations, and the embedded
//! server. It knows how to ask, not what is asked.

pub mod closed_set;
pub mod connect;
pub mod embedded;
pub mod filter;
mod listen;
mod loaders;
pub mod migrate;
pub mod page;
mod pool;
pub mod schema;
mod statement;

pub use filter::{Comparison, Filter, Test, TextTest, ValueTest};
pub use listen::{Listener, Wake, Watch};
pub(crate) use loaders::by_shape;
pub use loaders::{CountOf, Loaders, Of, RequestLoaders};
pub use page::{Direction, Edge, KeyType, ListSource, Nulls, Order, Page, PageArgs, PageRequest, SortKey};
pub use pool::{Conn, Database, PoolSettings};
pub use statement::{Column, Columns, ReadRow, Statement};
