//! Makes sure `assets/dist` is there and fits the sources, building it with npm when it is not,
//! and lists the icons of the sprite for Rust.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=assets/src");
    println!("cargo::rerun-if-changed=assets/build.mjs");
    println!("cargo::rerun-if-changed=assets/package-lock.json");
    println!("cargo::rerun-if-changed=assets/dist/stamp");
    println!("cargo::rerun-if-changed=locales");
    let assets = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("assets");
    write_icon_list(&assets);
    write_locale_list(assets.with_file_name("locales").as_path());
    let wanted = stamp(&assets);
    let found = fs::read_to_string(assets.join("dist/stamp")).unwrap_or_default();
    if found.trim() != wanted {
        build(&assets, &wanted);
    }
}

/// All `locales/*.ftl` as `(lang, text)`: `id.ftl`, `en.ftl`, `NAME.id.ftl`, `NAME.en.ftl`.
fn write_locale_list(locales: &Path) {
    let mut files = Vec::new();
    collect(locales, &mut files);
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        let name = file.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let stem = name.strip_suffix(".ftl").unwrap_or_else(|| panic!("{name} in locales is no .ftl file"));
        let lang = if stem.rsplit('.').next() == Some("en") { "En" } else { "Id" };
        list.push_str(&format!("    (Lang::{lang}, include_str!({file:?})),\n"));
    }
    list.push_str("]\n");
    let out = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("locales.rs");
    fs::write(&out, list).unwrap_or_else(|e| panic!("{}: {e}", out.display()));
}

/// Fingerprint of everything the build reads.
fn stamp(assets: &Path) -> String {
    let mut files = vec![assets.join("build.mjs"), assets.join("package-lock.json")];
    collect(&assets.join("src"), &mut files);
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display())));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn collect(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display())).flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, out);
        } else {
            out.push(path);
        }
    }
}

fn build(assets: &Path, stamp: &str) {
    if !assets.join("node_modules/.package-lock.json").exists() || lock_is_newer(assets) {
        run(assets, "npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"], stamp);
    }
    run(assets, "node", &["build.mjs"], stamp);
    // cargo runs this again for what is newer than its last run: the stamp just written must not be
    let stamped = fs::File::options().write(true).open(assets.join("dist/stamp"));
    if let Err(fault) = stamped.and_then(|file| file.set_modified(std::time::SystemTime::UNIX_EPOCH)) {
        stop(&format!("platform/web/assets/dist/stamp: {fault}"));
    }
}

fn lock_is_newer(assets: &Path) -> bool {
    let time = |path: &str| fs::metadata(assets.join(path)).and_then(|m| m.modified()).ok();
    time("package-lock.json") > time("node_modules/.package-lock.json")
}

fn run(assets: &Path, program: &str, args: &[&str], stamp: &str) {
    let command = format!("{program} {}", args.join(" "));
    let done = Command::new(program).args(args).current_dir(assets).env("AKRAB_ASSETS_STAMP", stamp).output();
    match done {
        Ok(out) if out.status.success() => {}
        Ok(out) => stop(&format!(
            "`{command}` failed in platform/web/assets: {}",
            String::from_utf8_lossy(if out.stderr.is_empty() { &out.stdout } else { &out.stderr }).trim()
        )),
        Err(_) => stop(&format!(
            "the web assets are not built and `{program}` is missing: install Node.js 20 or newer, or put a built platform/web/assets/dist in place"
        )),
    }
}

fn stop(why: &str) -> ! {
    println!("cargo::error={why}");
    std::process::exit(1);
}

fn write_icon_list(assets: &Path) {
    let list = fs::read_to_string(assets.join("src/icons.txt")).unwrap_or_default();
    let mut names: Vec<&str> = list.split_whitespace().collect();
    names.sort_unstable();
    names.dedup();
    let code = format!("/// Names in the sprite, sorted.\npub const ICONS: &[&str] = &{names:?};\n");
    let out = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("icons.rs");
    fs::write(out, code).expect("OUT_DIR can be written");
}
