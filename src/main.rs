//! The program: reads its settings and runs one command.

use std::process::ExitCode;

use clap::Parser as _;
use searxng_cool_music::cli::{self, Cli};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli::run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("searxng-cool-music: {error}");
            ExitCode::FAILURE
        }
    }
}
