//! What the tests need on the machine, and getting it where that is possible.

use crate::shell::{Outcome, command, has, run};
use std::path::{Path, PathBuf};

/// Chromium's program, installed first when missing and this is Debian or Ubuntu as root.
pub fn chromium() -> Outcome<PathBuf> {
    let find =
        || ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].iter().map(PathBuf::from).find(|p| p.exists());
    if let Some(found) = find() {
        return Ok(found);
    }
    install(&["chromium"], "Chromium")?;
    find().ok_or_else(|| "Chromium was installed but is not at its usual place".into())
}

/// Folder with PostgreSQL's server programs (15 or newer).
pub fn postgres() -> Outcome<PathBuf> {
    let find = || {
        let mut versions: Vec<PathBuf> =
            std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path().join("bin")).collect();
        versions.sort();
        versions.retain(|bin| bin.join("initdb").exists() && bin.join("postgres").exists());
        versions.pop().or_else(|| {
            ["/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"].iter().map(PathBuf::from).find(|bin| bin.join("initdb").exists())
        })
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    install(&["postgresql", "postgresql-contrib"], "the PostgreSQL server")?;
    find().ok_or_else(|| "PostgreSQL was installed but is not at its usual place".into())
}

/// # Errors
/// What is missing, where it cannot be installed.
pub fn node() -> Outcome {
    if has("node") && has("npm") { Ok(()) } else { install(&["nodejs", "npm"], "Node.js 20 or newer with npm") }
}

/// # Errors
/// What is missing, where it cannot be installed.
pub fn python() -> Outcome {
    if has("python3") { Ok(()) } else { install(&["python3"], "Python 3") }
}

/// A program that keeps address books, for the test that has one fetch ours.
///
/// # Errors
/// What is missing, where it cannot be installed.
pub fn vdirsyncer() -> Outcome {
    if has("vdirsyncer") { Ok(()) } else { install(&["vdirsyncer"], "vdirsyncer") }
}

/// Installs Debian packages, or says that they are missing.
pub fn install(packages: &[&str], what: &str) -> Outcome {
    if !(is_root() && has("apt-get")) {
        return Err(format!("{what} is missing. Install it and start again; on Debian or Ubuntu: apt-get install {}", packages.join(" ")));
    }
    println!("xtask: installing {what}");
    let apt = || {
        let mut apt = command("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    run(apt().args(["update", "-qq"]))?;
    run(apt().args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages))
}

/// Whether this is the root user, who may not start PostgreSQL.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|m| {
        use std::os::unix::fs::MetadataExt;
        m.uid() == 0
    })
}

/// A fresh folder for this run.
pub fn scratch(name: &str) -> Outcome<PathBuf> {
    let folder = std::env::temp_dir().join(format!("akrab-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(folder)
}

/// A loopback port that is free now.
pub fn free_port() -> Outcome<u16> {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
    socket.local_addr().map(|a| a.port()).map_err(|e| e.to_string())
}

/// Gives a folder to another user.
pub fn give(folder: &Path, user: &str) -> Outcome {
    run(command("chown").arg("-R").arg(user).arg(folder))
}
