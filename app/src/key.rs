//! The key of the sealed secrets: from `AKRAB_KEY`, from `akrab.toml`, or from a file that is made
//! when there is none.

use crate::config::Config;
use crate::stop::Stop;
use akrab_engine::Key;
use akrab_engine::clock::{Random, SystemRandom};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Where the key is kept when it is not configured: beside the workspaces, so that a restored
/// workspace finds it.
pub fn path(config: &Config) -> PathBuf {
    config.data.join("key")
}

/// Whether there is a key already.
pub fn exists(config: &Config) -> bool {
    config.key.is_some() || path(config).exists()
}

/// Where the key comes from, for people.
pub fn source(config: &Config) -> String {
    if config.key.is_some() { "AKRAB_KEY".into() } else { path(config).display().to_string() }
}

/// The key, made when there is none.
pub fn load(config: &Config) -> Result<Key, Stop> {
    if let Some(text) = &config.key {
        return Key::read(&text.0).map_err(|e| Stop::refused(format!("AKRAB_KEY (or `key` in akrab.toml): {e}")));
    }
    let path = path(config);
    let failed = |e: std::io::Error| Stop::failed(format!("{}: {e}", path.display()));
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => make(&path).map_err(failed)?,
        Err(e) => return Err(failed(e)),
    };
    Key::read(&text).map_err(|e| Stop::refused(format!("{}: {e}; bring the file back from where you keep a copy of it", path.display())))
}

/// Makes a key that only the owner of the process may read. Who comes second takes the first one's.
fn make(path: &Path) -> std::io::Result<String> {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    let text: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    // written aside and linked into place, so that nobody reads half a key
    let draft = folder.join(format!("key.{}.part", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    let _ = fs::remove_file(&draft);
    match linked {
        Ok(()) => Ok(text),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => fs::read_to_string(path),
        Err(e) => Err(e),
    }
}
