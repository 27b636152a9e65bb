//! The figures as a table on the screen and in the document.

use crate::stop::Stop;
use std::path::Path;

/// One measured figure beside the one to reach.
pub struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    goal: f64,
    /// Higher is better.
    high: bool,
}

impl Figure {
    fn new(name: &str, value: f64, unit: &'static str, goal: f64) -> Figure {
        Figure { name: name.into(), value, unit, goal, high: false }
    }
    pub fn millis(name: &str, value: f64, goal: f64) -> Figure {
        Figure::new(name, value, "ms", goal)
    }
    pub fn seconds(name: &str, value: f64, goal: f64) -> Figure {
        Figure::new(name, value, "s", goal)
    }
    pub fn megabytes(name: &str, value: f64, goal: f64) -> Figure {
        Figure::new(name, value, "MB", goal)
    }
    pub fn bytes(name: &str, value: f64, goal: f64) -> Figure {
        Figure::new(name, value, "bytes", goal)
    }
    pub fn kilobytes(name: &str, value: f64, goal: f64) -> Figure {
        Figure::new(name, value, "KB", goal)
    }
    pub fn rate(name: &str, value: f64, goal: f64) -> Figure {
        Figure { high: true, ..Figure::new(name, value, "/s", goal) }
    }
    fn reached(&self) -> bool {
        if self.high { self.value >= self.goal } else { self.value <= self.goal }
    }
    fn shown(&self, value: f64) -> String {
        let digits = usize::from(value < 100.0);
        format!("{value:.digits$} {}", self.unit)
    }
}

/// What a new document begins with.
const HEAD: &str =
    "# Performance\n\nMade by `akrab bench`: a server of its own on the loopback, asked by clients that keep their connection.";

pub fn show(figures: &[Figure]) {
    for figure in figures {
        let sign = if figure.reached() { "ok " } else { "BAD" };
        let limit = if figure.high { "at least" } else { "at most" };
        println!("{sign} {:<58}{:>14}   {limit} {}", figure.name, figure.shown(figure.value), figure.shown(figure.goal));
    }
}

/// What is measured together and stands in one section.
#[derive(Clone, Copy)]
pub enum Part {
    /// The program as its users feel it.
    Program,
    /// The engines that domains are built on.
    Engines,
    /// A flow that very many records trigger at once.
    Flows,
    /// A page of many reports.
    Dashboard,
    /// The page of a customer with a long history.
    Customer,
}

/// The sections of the document in their order.
const SECTIONS: [&str; 10] = [
    "SQLite",
    "PostgreSQL",
    "Engines on SQLite",
    "Engines on PostgreSQL",
    "Flows on SQLite",
    "Flows on PostgreSQL",
    "Dashboard on SQLite",
    "Dashboard on PostgreSQL",
    "Customer on SQLite",
    "Customer on PostgreSQL",
];

fn title(part: Part, postgres: bool) -> &'static str {
    let first = match part {
        Part::Program => 0,
        Part::Engines => 2,
        Part::Flows => 4,
        Part::Dashboard => 6,
        Part::Customer => 8,
    };
    SECTIONS[usize::from(postgres) + first]
}

/// Replaces one section and keeps the others.
pub fn write(path: &Path, part: Part, postgres: bool, volume: &str, figures: &[Figure]) -> Result<(), Stop> {
    let failed = |e: std::io::Error| Stop::failed(format!("{}: {e}", path.display()));
    let old = std::fs::read_to_string(path).unwrap_or_default();
    let own = title(part, postgres);
    let before = section(&old, own).unwrap_or_default().to_string();
    let mut text = format!("## {own}\n\n{}, {volume}. Measured on {}.\n\n", machine(), jiff::Zoned::now().date());
    text.push_str("| figure | measured | to reach | against the last run |\n|---|---:|---:|---:|\n");
    for figure in figures {
        let limit = if figure.high { "≥" } else { "≤" };
        let ratio = last(&before, &figure.name)
            .filter(|last| *last > 0.0)
            .map_or_else(|| "–".into(), |last| format!("× {:.2}", figure.value / last));
        let mark = if figure.reached() { "" } else { " **missed**" };
        text.push_str(&format!(
            "| {} | {}{mark} | {limit} {} | {ratio} |\n",
            figure.name,
            figure.shown(figure.value),
            figure.shown(figure.goal)
        ));
    }
    let sections: Vec<String> = SECTIONS
        .iter()
        .filter_map(|name| if *name == own { Some(text.clone()) } else { section(&old, name).map(str::to_string) })
        .collect();
    // what people wrote above the tables stays
    let head = old.split("\n## ").next().map(str::trim_end).filter(|head| head.starts_with("# ")).unwrap_or(HEAD);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(path, format!("{head}\n\n{}\n", sections.iter().map(|s| s.trim_end()).collect::<Vec<_>>().join("\n\n"))).map_err(failed)
}

fn section<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let from = text.find(&format!("## {name}\n"))?;
    let rest = &text[from..];
    let to = rest[3..].find("\n## ").map_or(rest.len(), |n| n + 3);
    Some(&rest[..to])
}

/// The figure of the last run.
fn last(section: &str, name: &str) -> Option<f64> {
    let line = section.lines().find(|l| l.starts_with(&format!("| {name} |")))?;
    line.split('|').nth(2)?.split_whitespace().next()?.parse().ok()
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|l| l.strip_prefix("model name"))
        .and_then(|l| l.split_once(':'))
        .map_or("unknown processor", |(_, m)| m.trim());
    format!("{model}, {cores} cores")
}
