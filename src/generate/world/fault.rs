//! What the database says while a world is written, as a sentence for the operator.

use tokio_postgres::error::SqlState;

use crate::error::Error;

/// What always holds: a table is written whole or not at all.
const GO_ON: &str = "What is written stays, and the same command goes on from there.";

/// The kind and the sentence for an error of the driver.
pub(super) fn error(cause: tokio_postgres::Error) -> Error {
    let Some(fault) = cause.as_db_error() else {
        if cause.is_closed() || std::error::Error::source(&cause).is_some_and(|source| source.is::<std::io::Error>()) {
            return Error::Unavailable(format!("The connection to the database broke off. {GO_ON}"));
        }
        return Error::internal(cause);
    };
    let said = fault.message();
    let code = fault.code();
    if *code == SqlState::DISK_FULL {
        return Error::Unavailable(format!("The disk of the database is full ({said}); make room on it. {GO_ON}"));
    }
    if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        return Error::setup(format!(
            "The database user lacks a right that generating needs ({said}); it must own the tables, as the user does \
             who ran the migrations."
        ));
    }
    if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        return Error::setup("The database takes no writes: it is read-only or a standby.");
    }
    match code.code().get(..2) {
        // Connection, resources, operator intervention, the disk.
        Some("08" | "53" | "57" | "58") => Error::Unavailable(format!("The database cannot go on ({said}). {GO_ON}")),
        Some("23") => Error::Conflict(format!(
            "Something else wrote into the database meanwhile ({said}); generate into one that nothing else works on."
        )),
        _ => Error::internal(cause),
    }
}
