//! `admin`: what only whoever runs the server may do.

use std::io::{BufRead as _, IsTerminal as _};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::home::{self, Home};
use super::runtime;
use crate::account::accounts::Accounts;
use crate::account::sign_in::Registration;
use crate::account::{email, upkeep};
use crate::config::Settings;
use crate::db::{Database, PoolSettings, migrate};
use crate::error::{Error, Result};
use crate::secrets::{Keys, Secret};

/// How long keys that were replaced are kept at least.
const KEEP_OLD: Duration = Duration::from_secs(60 * 60);

#[derive(Debug, Args)]
pub(super) struct Admin {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make an account; its password is asked for, or read from the standard input
    CreateUser {
        /// Name to sign in with
        name: String,
        /// E-mail address
        #[arg(long)]
        email: String,
        /// Language, a BCP 47 tag
        #[arg(long)]
        language: Option<String>,
        /// Whether they run the server
        #[arg(long)]
        admin: bool,
    },
    /// Make new keys, and seal with them what the old ones sealed; servers go on meanwhile
    RotateKeys,
    /// Write e-mail addresses in clear again, before the migration that sealed them is taken back
    UnsealEmails,
}

pub(super) fn run(settings: &Settings, command: Admin) -> Result<ExitCode> {
    let password = match &command.what {
        What::CreateUser { .. } => Some(ask_password()?),
        _ => None,
    };
    let home = Home::shared(settings)?;
    // Read by every server with these keys; made here when no server was started yet.
    let keys = Keys::open(&settings.keys_file())?;
    runtime()?.block_on(async {
        migrate::catch_up(home.owner()).await?;
        let pool = PoolSettings { max_connections: 2, ..home::pool(settings) };
        let database = Database::open(home.owner().clone(), pool).await?;
        upkeep::check_keys(&database, &keys).await?;
        match command.what {
            What::CreateUser { name, email, language, admin } => {
                let password = password.ok_or_else(|| Error::setup("a password is needed"))?;
                let registration = Registration { username: name, email, password, language };
                create(&Accounts::new(keys, settings)?, &database, registration, admin).await
            }
            What::RotateKeys => rotate(&keys, &database, settings).await,
            What::UnsealEmails => {
                let opened = email::unseal_all(&database, &keys).await?;
                say!("Wrote {opened} e-mail addresses in clear. A server that runs seals them again.");
                Ok(())
            }
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn create(accounts: &Accounts, database: &Database, registration: Registration, is_admin: bool) -> Result<()> {
    let user = accounts.create(database, registration, is_admin).await.map_err(|error| match error {
        Error::Rejected(faults) => {
            let all: Vec<_> = faults.into_iter().map(|fault| fault.message).collect();
            Error::setup(all.join("; "))
        }
        other => other,
    })?;
    let role = if is_admin { "administrator" } else { "account" };
    say!("Made the {role} {}.", user.username);
    Ok(())
}

async fn rotate(keys: &Keys, database: &Database, settings: &Settings) -> Result<()> {
    // Tokens signed until now live so long; a minute more for clocks that differ.
    keys.rotate(Duration::from_secs(u64::from(settings.access_token_seconds) + 60))?;
    let mut sealed = 0;
    // A server may have sealed one with the old key while this went on.
    loop {
        match email::reseal_all(database, keys).await? {
            0 => break,
            more => sealed += more,
        }
    }
    say!("Made new keys and sealed {sealed} e-mail addresses with them.");
    match keys.forget(KEEP_OLD)? {
        0 => {}
        left => say!("{left} old keys for sealing stay until a rotation an hour from now or later."),
    }
    Ok(())
}

fn ask_password() -> Result<Secret> {
    let unread = |cause: std::io::Error| Error::setup(format!("the password cannot be read: {cause}"));
    if std::io::stdin().is_terminal() {
        let password = rpassword::prompt_password("Password: ").map_err(unread)?;
        if rpassword::prompt_password("Once more: ").map_err(unread)? != password {
            return Err(Error::setup("the two passwords differ"));
        }
        return Ok(Secret::new(password));
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(unread)?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n'])))
}
