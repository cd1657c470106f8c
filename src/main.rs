//! The program: reads its settings and runs one command.

use std::process::ExitCode;

use clap::Parser as _;
use searxng_cool_music::cli::{self, Cli};

/// Answers are made of many small values: the system's allocator takes a sixth of a page's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
