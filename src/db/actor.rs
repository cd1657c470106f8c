//! For whom statements run.

use std::sync::Arc;

/// Whoever the statements of one request are run for. A transaction tells it to the database, for
/// row-level security and the audit trail: settings `searxng.viewer_id` and `searxng.request_id`.
#[derive(Debug, Clone, Default)]
pub struct Actor {
    /// Key of the person in `users`; none for somebody who has not signed in, and for the server.
    pub user: Option<i64>,
    /// Whether what is theirs alone may be read for them: a program's token may allow less than its
    /// person may.
    pub reads_private: bool,
    /// Whether they run the server, and ask as such.
    pub administers: bool,
    /// The request they made.
    pub request: Option<Arc<str>>,
}

impl Actor {
    /// What begins a transaction of theirs: one message, one answer.
    pub(super) fn begin(&self) -> String {
        let mut sql = "begin".to_owned();
        if let Some(user) = self.user {
            sql.push_str(&format!("; set local searxng.viewer_id = '{user}'"));
        }
        if let Some(request) = &self.request {
            let is_plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
            let request: String = request.chars().filter(is_plain).take(64).collect();
            sql.push_str(&format!("; set local searxng.request_id = '{request}'"));
        }
        sql
    }

    /// What begins a transaction in which they read what is theirs; none for nobody.
    pub(super) fn begin_reading(&self) -> Option<String> {
        self.user.map(|user| format!("begin read only; set local searxng.viewer_id = '{user}'"))
    }
}

#[cfg(test)]
mod tests {
    use super::Actor;

    #[test]
    fn a_request_cannot_write_sql() {
        let actor = Actor { user: Some(7), request: Some("a'; drop table x; --b".into()), ..Actor::default() };
        let begun = actor.begin();
        assert_eq!(begun, "begin; set local searxng.viewer_id = '7'; set local searxng.request_id = 'adroptablex--b'");
        assert_eq!(Actor::default().begin(), "begin");
    }
}
