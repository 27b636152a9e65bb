//! Matches a contact list in a CSV file: `match_file LIST.csv [TRUTH.csv]`; for measuring without the rest of the program.

use akrab_matching::{Given, Kind, Matcher, Spec};
use akrab_model::text::{company, fold, person};
use std::collections::HashMap;
use std::time::Instant;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let text = std::fs::read_to_string(&args[0]).expect("a list");
    let begun = Instant::now();
    let spec = |kind, shared| Spec { kind, shared };
    let mut matcher = Matcher::new(&[
        spec(Kind::Person, false),
        spec(Kind::Phone, true),
        spec(Kind::Email, false),
        spec(Kind::Company, true),
        spec(Kind::Address, true),
        spec(Kind::Date, false),
    ]);
    let mut ids = Vec::new();
    for line in text.lines().skip(1) {
        let cells = cells(line);
        let [id, name, phone, email, firm, street, city, postcode, born] = cells.as_slice() else { continue };
        ids.push(id.clone());
        let name = fold(&person::parse(name).name);
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.strip_prefix("62").or(digits.strip_prefix('0')).unwrap_or(&digits);
        let (email, firm) = (fold(email), company::key(firm));
        let (street, city, postcode) = (fold(street), fold(city), fold(postcode));
        matcher.push(&[
            Given::Texts(&[&name]),
            Given::Texts(&[digits]),
            Given::Texts(&[&email]),
            Given::Texts(&[&firm]),
            Given::Address { street: &street, city: &city, postcode: &postcode },
            Given::Texts(&[born]),
        ]);
    }
    println!("taken in {} in {:?}", matcher.len(), begun.elapsed());
    let found = matcher.find(2, &|| true);
    println!("compared {} in {:?}, threshold {:.4}, {} pairs", found.compared, begun.elapsed(), found.threshold, found.pairs.len());
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        println!("{}", status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default());
    }
    let Some(truth) = args.get(1).and_then(|path| std::fs::read_to_string(path).ok()) else { return };
    let entity: HashMap<&str, &str> = truth.lines().skip(1).filter_map(|line| line.trim().split_once(',')).collect();
    let of = |n: u32| entity.get(ids[n as usize].as_str()).copied().unwrap_or_default();
    let mut size: HashMap<&str, u64> = HashMap::new();
    for id in &ids {
        *size.entry(entity.get(id.as_str()).copied().unwrap_or_default()).or_default() += 1;
    }
    let all: u64 = size.values().map(|n| n * (n - 1) / 2).sum();
    for at in [0.0, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, found.threshold] {
        let kept: Vec<_> = found.pairs.iter().filter(|p| p.score >= at).collect();
        let right = kept.iter().filter(|p| of(p.a) == of(p.b)).count() as f64;
        let (p, r) = (right / kept.len().max(1) as f64, right / all as f64);
        println!("from {at:.3}: {} pairs, precision {p:.4}, recall {r:.4}, F1 {:.4}", kept.len(), 2.0 * p * r / (p + r));
    }
    if args.get(2).is_some() {
        let lines: Vec<&str> = text.lines().skip(1).collect();
        for pair in found.pairs.iter().filter(|p| of(p.a) != of(p.b)).take(60) {
            println!(
                "WRONG {:.4} {:?} {:?}\n   {}\n   {}",
                pair.score,
                &pair.levels[..6],
                pair.through,
                lines[pair.a as usize],
                lines[pair.b as usize]
            );
        }
    }
}

fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.trim_end().chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}
