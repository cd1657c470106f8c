//! What the database refuses during an import, by what a person can do about it.

use tokio_postgres::error::SqlState;

use crate::error::Error;

/// The kind and the sentence for an error of the driver. Nothing was written when it comes.
pub(crate) fn error(cause: tokio_postgres::Error) -> Error {
    let Some(fault) = cause.as_db_error() else {
        if cause.is_closed() || std::error::Error::source(&cause).is_some_and(|source| source.is::<std::io::Error>()) {
            return Error::Unavailable(
                "The connection to the database broke off; nothing was imported. Try again.".to_owned(),
            );
        }
        return Error::internal(cause);
    };
    let said = fault.message();
    let code = fault.code();
    if *code == SqlState::QUERY_CANCELED || *code == SqlState::LOCK_NOT_AVAILABLE {
        return Error::Timeout(format!("The database ended the import ({said}); nothing was imported."));
    }
    if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        return Error::setup(format!(
            "The database user lacks a right that the import needs ({said}); it must be able to write the \
             catalogue's tables and to make temporary tables."
        ));
    }
    if *code == SqlState::UNDEFINED_TABLE
        || *code == SqlState::UNDEFINED_COLUMN
        || *code == SqlState::UNDEFINED_FUNCTION
        || *code == SqlState::INVALID_SCHEMA_NAME
    {
        return Error::setup(format!(
            "The database's schema is not of this version ({said}); run `searxng-cool-music migrate up`."
        ));
    }
    if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        return Error::setup("The database takes no writes: it is read-only or a standby.");
    }
    if *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE {
        return Error::Conflict(format!(
            "Somebody else changed the same rows ({said}); nothing was imported. Try again."
        ));
    }
    match code.code().get(..2) {
        // Connection, resources, operator intervention, the disk.
        Some("08" | "53" | "57" | "58") => {
            Error::Unavailable(format!("The database cannot go on ({said}); nothing was imported. Try again later."))
        }
        Some("22" | "23") => Error::invalid(
            "file",
            format!("The database refused what the file says: {}. Nothing was imported.", reason(fault)),
        ),
        _ => Error::internal(cause),
    }
}

/// Whether a value of the file was refused, by a constraint or for its form.
pub(super) fn is_about_values(cause: &tokio_postgres::Error) -> bool {
    let code = cause.code().and_then(|code| code.code().get(..2));
    matches!(code, Some("22" | "23"))
}

/// The rest of a sentence that begins with what was refused.
pub(super) fn reason(fault: &tokio_postgres::error::DbError) -> String {
    let said = fault.message();
    match (fault.constraint(), fault.table()) {
        (Some(constraint), Some(table)) => format!("it breaks the rule {constraint} of the table {table} ({said})"),
        (Some(constraint), None) => format!("it breaks the rule {constraint} ({said})"),
        _ => said.to_owned(),
    }
}
