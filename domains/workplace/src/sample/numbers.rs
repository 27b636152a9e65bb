//! Numbers as people have and write them: telephones, tax numbers, sums.

use rust_decimal::Decimal;

use super::dice::Dice;

/// Beginnings of mobile numbers by how common they are.
const MOBILE: &[(u32, &str)] = &[
    (14, "0812"),
    (12, "0813"),
    (6, "0811"),
    (9, "0821"),
    (8, "0822"),
    (4, "0823"),
    (6, "0852"),
    (5, "0853"),
    (3, "0851"),
    (5, "0815"),
    (4, "0816"),
    (6, "0856"),
    (6, "0857"),
    (4, "0858"),
    (4, "0895"),
    (4, "0896"),
    (3, "0897"),
    (2, "0899"),
    (5, "0817"),
    (4, "0818"),
    (4, "0819"),
    (4, "0859"),
    (4, "0877"),
    (5, "0878"),
    (3, "0831"),
    (2, "0838"),
    (2, "0881"),
    (2, "0888"),
];

/// A mobile number, written in one of the usual ways.
pub(super) fn mobile(dice: &mut Dice) -> String {
    let start = dice.weighted(MOBILE);
    let middle = 1000 + dice.below(9000);
    let count = if dice.chance(82) { 4 } else { 3 };
    let last = dice.digits(count);
    match dice.below(20) {
        0..=12 => format!("{start}-{middle}-{last}"),
        13..=15 => format!("{start}{middle}{last}"),
        16..=17 => format!("+62 {}-{middle}-{last}", &start[1..]),
        _ => format!("{start} {middle} {last}"),
    }
}

/// A landline number in the area.
pub(super) fn landline(area: &str, dice: &mut Dice) -> String {
    let first = dice.pick(&["2", "3", "4", "5", "6", "7", "8"]);
    let count = if area.len() == 2 { if dice.chance(45) { 7 } else { 6 } } else { 5 + usize::from(dice.chance(40)) };
    let rest = dice.digits(count);
    let number = format!("{first}{rest}");
    match dice.below(10) {
        0..=5 => {
            let (head, tail) = number.split_at(if number.len() == 8 { 4 } else { 3 });
            format!("(0{area}) {head}-{tail}")
        }
        6..=8 => format!("0{area}-{number}"),
        _ => format!("0{area} {number}"),
    }
}

/// A firm's tax number with a right check digit.
pub(super) fn npwp(dice: &mut Dice) -> String {
    let body = format!("0{}{}", dice.pick(&["1", "2", "3", "0", "7", "8"]), dice.digits(6));
    let check = akrab_model::text::identity::npwp_check_digit(&body);
    format!("0{body}{check}{}{:03}000", dice.pick(&["0", "4", "5", "6", "9"]), dice.below(90) + 1).chars().take(16).collect()
}

/// A sum in rupiah with two leading figures, spread evenly over magnitudes.
pub(super) fn sum(low: f64, high: f64, dice: &mut Dice) -> Decimal {
    let amount = (low.ln() + (high.ln() - low.ln()) * dice.unit()).exp();
    let step = 10_f64.powf((amount.log10() - 1.0).floor()).max(50_000.0);
    Decimal::from(((amount / step).round() * step) as i64)
}

/// `1.250.000`.
pub(super) fn grouped(amount: u32) -> String {
    akrab_model::format::number(Decimal::from(amount), akrab_model::format::Lang::Id)
}
