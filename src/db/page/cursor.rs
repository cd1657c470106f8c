//! Places in a list, as clients keep them.

use std::sync::Arc;

use super::Order;

/// The opaque name of a row's place in its order. It is written only for those who ask: most read a
/// page's last one alone.
#[derive(Debug, Clone)]
pub struct Cursor(Place);

#[derive(Debug, Clone)]
enum Place {
    Key(Arc<Order>, Vec<Option<String>>),
    Text(String),
}

impl Cursor {
    /// The place of the row with these key values.
    #[must_use]
    pub fn of_key(order: &Arc<Order>, key: Vec<Option<String>>) -> Self {
        Self(Place::Key(order.clone(), key))
    }

    /// A place that has a name already.
    #[must_use]
    pub fn named(name: String) -> Self {
        Self(Place::Text(name))
    }

    /// As clients see it.
    #[must_use]
    pub fn write(&self) -> String {
        match &self.0 {
            Place::Key(order, key) => order.encode(key),
            Place::Text(name) => name.clone(),
        }
    }
}
