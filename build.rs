//! Before the program: fetches and packs what the playground page is made of.
//!
//! The repository holds no code of others. `playground/package-lock.json` names what the page needs,
//! with versions and checksums; npm fetches it once for each change of that file, and the program
//! embeds it. `NPM` names another npm than the one in the `PATH`. Without npm, or without a network
//! at the first build, the program gets the simple page: it needs nothing, while a page that loads
//! GraphiQL from a CDN would be blank on a machine without internet and send every visitor's address
//! to a stranger.

use std::error::Error;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// Files of npm packages: the name in `index.html`, the package, the file in it.
const FETCHED: [(&str, &str, &str); 4] = [
    ("react.js", "react", "umd/react.production.min.js"),
    ("react-dom.js", "react-dom", "umd/react-dom.production.min.js"),
    ("graphiql.js", "graphiql", "graphiql.min.js"),
    ("graphiql.css", "graphiql", "graphiql.min.css"),
];

/// Files of ours.
const OWN: [&str; 2] = ["page.js", "page.css"];

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=playground");
    println!("cargo:rerun-if-env-changed=NPM");
    let source = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("playground");
    let packed = PathBuf::from(env::var("OUT_DIR")?).join("playground");
    fs::create_dir_all(&packed)?;
    let mut table = String::from("&[\n");
    match fetch(&source, &packed) {
        Ok(()) => {
            for (name, _, _) in FETCHED {
                let version = fs::read_to_string(packed.join(format!("{name}.version")))?;
                entry(&mut table, name, &version)?;
            }
            for name in OWN {
                let content = fs::read(source.join(name))?;
                let mut hasher = DefaultHasher::new();
                content.hash(&mut hasher);
                pack(&content, &packed.join(format!("{name}.gz")))?;
                entry(&mut table, name, &format!("{:016x}", hasher.finish()))?;
            }
        }
        Err(reason) => {
            println!("cargo:warning=The playground will be the simple page, without GraphiQL: {reason}");
            println!("cargo:warning=Once npm can fetch it, build again after: touch playground/package.json");
        }
    }
    table.push(']');
    fs::write(packed.join("files.rs"), table)?;
    Ok(())
}

/// A line of the table of embedded files: the name in the page, the name it is served under, and
/// the content. The served name changes with the content, so that browsers may keep it for good.
fn entry(table: &mut String, name: &str, version: &str) -> Outcome<()> {
    let (stem, extension) = name.split_once('.').ok_or("a file has an extension")?;
    writeln!(
        table,
        "    ({name:?}, \"{stem}-{version}.{extension}\", include_bytes!(concat!(env!(\"OUT_DIR\"), \"/playground/{name}.gz\"))),"
    )?;
    Ok(())
}

/// Makes sure that the packed files of `FETCHED` are those of the lock file.
fn fetch(source: &Path, packed: &Path) -> Outcome<()> {
    let lock = fs::read_to_string(source.join("package-lock.json"))?;
    let wanted = format!("{FETCHED:?}\n{lock}");
    let stamp = packed.join("stamp");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    let folder = packed.join("npm");
    // What an interrupted build left.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(source.join(name), folder.join(name))?;
    }
    npm_ci(&folder)?;
    for (name, package, file) in FETCHED {
        let package = folder.join("node_modules").join(package);
        pack(&fs::read(package.join(file))?, &packed.join(format!("{name}.gz")))?;
        fs::write(packed.join(format!("{name}.version")), version(&package)?)?;
    }
    fs::write(stamp, wanted)?;
    fs::remove_dir_all(&folder)?;
    Ok(())
}

fn npm_ci(folder: &Path) -> Outcome<()> {
    let npm = env::var("NPM").unwrap_or_else(|_| "npm".to_owned());
    if npm.is_empty() {
        return Err("NPM is empty".into());
    }
    let output = Command::new(&npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        // Two tries: a machine without a network builds on at once.
        .args(["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|cause| format!("{npm} does not start ({cause})"))?;
    if output.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    let told = told.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    Err(format!("{npm} ci failed: {told}").into())
}

/// The version in a package's `package.json`, where `"version"` is a line of its own.
fn version(package: &Path) -> Outcome<String> {
    let text = fs::read_to_string(package.join("package.json"))?;
    let line = text.lines().find_map(|line| line.trim().strip_prefix("\"version\":"));
    let version = line.map(|rest| rest.trim().trim_matches([',', '"']).to_owned());
    version.ok_or_else(|| format!("{} names no version", package.display()).into())
}

fn pack(content: &[u8], path: &Path) -> Outcome<()> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    fs::write(path, encoder.finish()?)?;
    Ok(())
}
