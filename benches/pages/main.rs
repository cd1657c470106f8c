//! The pages bench: requests per CPU-second of server and PostgreSQL, held against one
//! hand-written statement for each page that returns the same JSON. `benches/README.md` tells how
//! to run and read it.

mod arguments;
mod cell;
mod compare;
mod cpu;
mod database;
mod measure;
mod page;
mod pgbench;
mod profile;
mod server;
mod table;
mod world;
mod wrk;

use anyhow::Result;
use clap::Parser as _;

use arguments::Arguments;
use measure::Bench;
use server::Server;
use world::World;

fn main() -> Result<()> {
    // `cargo test --all-targets` runs every bench as a test, without this flag.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("The pages bench runs under: cargo bench --bench pages");
        return Ok(());
    }
    let arguments = Arguments::parse();
    let pages = page::chosen(&arguments.only)?;
    let world = World::open(&arguments)?;
    let server = Server::start(&arguments.program, &world)?;
    let bench = Bench::open(&arguments, &world, &server)?;
    eprintln!("{}", bench.circumstances()?);
    if let Some(seconds) = arguments.profile {
        profile::run(&bench, &pages, seconds)?;
        return Ok(());
    }
    let mut results = Vec::new();
    for page in &pages {
        results.push(bench.page(page)?);
    }
    println!("{}\n", bench.circumstances()?);
    println!("{}", table::of_work(&results));
    println!("{}", table::of_time(&results));
    println!("Peak memory of the server (VmHWM): {:.1} MB", server.peak_memory_mb()?);
    drop(bench);
    server.stop()?;
    world.close();
    Ok(())
}
