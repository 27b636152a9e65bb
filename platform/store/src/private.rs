//! Files and folders for the eyes of the program's user alone: they hold password hashes, links that
//! open accounts, and everybody's records.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a file and opens it for writing; what it held before is gone.
///
/// # Errors
/// As [`File::create`].
pub fn create(path: &Path) -> io::Result<File> {
    let file = options().truncate(true).open(path)?;
    // an older file keeps the mode it was made with
    close(path, 0o600)?;
    Ok(file)
}

/// Makes a file that is not there yet and opens it for writing.
///
/// # Errors
/// As [`File::create_new`].
pub fn create_new(path: &Path) -> io::Result<File> {
    options().create_new(true).open(path)
}

/// Makes a folder with those above it.
///
/// # Errors
/// As [`fs::create_dir_all`].
pub fn folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// Closes a folder that an earlier version left open to others, with everything in it.
///
/// # Errors
/// When a mode cannot be set.
pub fn tighten(path: &Path) -> io::Result<()> {
    if !open_to_others(path)? {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            tighten(&entry.path())?;
        } else if kind.is_file() {
            close(&entry.path(), 0o600)?;
        }
    }
    // last, so that whoever is interrupted begins anew
    close(path, 0o700)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn open_to_others(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}
#[cfg(not(unix))]
fn open_to_others(_: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(unix)]
fn close(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}
#[cfg(not(unix))]
fn close(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn others_read_nothing() {
        let root = std::env::temp_dir().join(format!("akrab-private-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("mail")).unwrap();
        for name in ["akrab.db", "mail/1.eml"] {
            fs::write(root.join(name), "x").unwrap();
            close(&root.join(name), 0o644).unwrap();
        }
        for folder in ["mail", ""] {
            close(&root.join(folder), 0o755).unwrap();
        }
        tighten(&root).unwrap();
        folder(&root.join("files/ab")).unwrap();
        create(&root.join("akrab.db")).unwrap();
        create_new(&root.join("files/ab/abc")).unwrap();
        let mode = |name: &str| fs::metadata(root.join(name)).unwrap().permissions().mode() & 0o777;
        for (name, wanted) in
            [("", 0o700), ("mail", 0o700), ("mail/1.eml", 0o600), ("akrab.db", 0o600), ("files/ab", 0o700), ("files/ab/abc", 0o600)]
        {
            assert_eq!(mode(name), wanted, "{name}");
        }
        fs::remove_dir_all(root).unwrap();
    }
}
