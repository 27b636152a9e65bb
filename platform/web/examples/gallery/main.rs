//! Writes sample states of the screens, made of the kit alone, as static pages to look at:
//! `cargo run -p akrab-web --example gallery [FOLDER]`, then serve the folder.

mod admin;
mod board;
mod list;
mod opportunity;
mod record;
mod shell;
mod single;
mod today;

use akrab_web::ui::frame::Theme;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let out = env::args().nth(1).map_or_else(|| PathBuf::from("target/gallery"), PathBuf::from);
    fs::create_dir_all(out.join("assets"))?;
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/dist"))?.flatten() {
        fs::copy(file.path(), out.join("assets").join(file.file_name()))?;
    }
    for (theme, suffix) in [(Theme::Light, ""), (Theme::Dark, "-dark")] {
        let pages = [
            ("list", list::list(theme, false).0),
            ("list-selection", list::selection(theme).0),
            ("list-peek", list::peek(theme).0),
            ("filter", list::list(theme, true).0),
            ("quick-create", list::quick_create(theme)),
            ("board", board::board(theme).0),
            ("record", record::record(theme).0),
            ("opportunity", opportunity::opportunity(theme).0),
            ("today", today::today(theme).0),
            ("import", admin::import(theme).0),
            ("permissions", admin::permissions(theme).0),
            ("sign-in", single::sign_in(theme).0),
            ("empty", single::empty_page(theme).0),
            ("error", single::error_page(theme).0),
        ];
        for (name, html) in pages {
            fs::write(out.join(format!("{name}{suffix}.html")), html)?;
        }
    }
    println!("{}", out.display());
    Ok(())
}
