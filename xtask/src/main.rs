//! Chores of the project: `cargo xtask NAME`.
//!
//! To add a chore: one module with `pub fn run(args: &[String]) -> Outcome` and one line in `CHORES`.

mod browser;
mod fuzz_http;
mod kill;
mod lint;
mod machine;
mod pictures;
mod postgres;
mod shell;
mod shots;
mod test;

use shell::Outcome;

type Chore = fn(&[String]) -> Outcome;

const CHORES: &[(&str, &str, Chore)] = &[
    ("test", "sets up and passes all tests, on both databases and in a real browser", test::run),
    ("lint", "runs the lints; a warning is an error", lint::run),
    ("shots", "writes a picture of every screen to shots/ and checks each for accessibility", shots::run),
    ("pictures", "takes the pictures of the guides anew, into docs/pictures/", pictures::run),
    ("kill", "kills the program while it writes (--rounds 200) and looks for what was lost", kill::run),
    ("fuzz-http", "attacks the API of a demo with schemathesis and sqlmap", fuzz_http::run),
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let chore = args.first().and_then(|name| CHORES.iter().find(|(n, _, _)| n == name));
    let Some((_, _, run)) = chore else {
        eprintln!("cargo xtask CHORE\n");
        for (name, what, _) in CHORES {
            eprintln!("  {name:10} {what}");
        }
        std::process::exit(2);
    };
    if let Err(message) = run(&args[1..]) {
        eprintln!("xtask: {message}");
        std::process::exit(1);
    }
}
