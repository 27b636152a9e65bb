//! What customers ordered, were invoiced, paid, sent back and own.

use super::Generator;
use super::catalogue::PRODUCTS;
use super::dice::{Dice, Stream};
use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// An order with what followed from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Index of the account.
    pub account: usize,
    /// The day it was ordered.
    pub day: Date,
    /// `confirmed`, `delivered` or `cancelled`.
    pub status: &'static str,
    /// How it came in.
    pub channel: &'static str,
    /// Product, quantity, discount in percent.
    pub lines: Vec<(usize, u32, u32)>,
    /// Day by which its invoice is due; none where it was paid at once.
    pub due: Option<Date>,
    /// Day, share in percent and method of each payment.
    pub payments: Vec<(Date, u32, &'static str)>,
    /// Day, reason and quantity of the first line that came back.
    pub returned: Option<(Date, &'static str, u32)>,
    /// Index of the responsible user.
    pub owner: usize,
}

impl Order {
    /// What a line is worth.
    #[must_use]
    pub fn line_amount(&self, at: usize) -> Decimal {
        let (product, quantity, discount) = self.lines[at];
        let full = Decimal::from(PRODUCTS[product].price) * Decimal::from(quantity);
        (full * Decimal::from(100 - discount) / Decimal::from(100)).normalize()
    }

    /// What it is worth.
    #[must_use]
    pub fn amount(&self) -> Decimal {
        (0..self.lines.len()).map(|at| self.line_amount(at)).sum()
    }

    /// What it cost.
    #[must_use]
    pub fn cost(&self) -> Decimal {
        self.lines.iter().map(|(product, quantity, _)| unit_cost(*product) * Decimal::from(*quantity)).sum()
    }
}

/// What a product costs: between 68 and 82 percent of its price.
#[must_use]
pub fn unit_cost(product: usize) -> Decimal {
    Decimal::from(PRODUCTS[product].price) * Decimal::from(68 + product as u32 * 7 % 15) / Decimal::from(100)
}

/// Months of warranty of a product.
#[must_use]
pub fn warranty(product: usize) -> Option<i64> {
    match PRODUCTS[product].category {
        "machine" if PRODUCTS[product].price > 50_000_000 => Some(24),
        "machine" => Some(12),
        _ => None,
    }
}

const CASH: &[(u32, &str)] = &[(34, "qris"), (22, "cash"), (16, "transfer"), (12, "debit"), (8, "card"), (6, "cod"), (2, "points")];
const CHANNELS: &[(u32, &str)] = &[(46, "sales"), (30, "whatsapp"), (12, "web"), (8, "shop"), (4, "marketplace")];
const REASONS: &[(u32, &str)] = &[(40, "damaged"), (20, "wrong"), (20, "quality"), (12, "expired"), (8, "unwanted")];

impl Generator {
    /// The orders of an account, oldest first.
    #[must_use]
    pub fn orders(&self, account: usize) -> Vec<Order> {
        let it = self.account(account);
        let Some(since) = it.customer_since else { return Vec::new() };
        let mut dice = Dice::new(self.seed, Stream::Order, account);
        let (least, most) = match it.size {
            "large" => (10, 22),
            "medium" => (5, 12),
            "small" => (1, 5),
            _ => (0, 3),
        };
        let count = dice.between(least, most);
        let idle = match it.status {
            "active" => dice.between(1, 40),
            "dormant" => dice.between(110, 260),
            _ => dice.between(200, 420),
        };
        let last = self.today.saturating_sub(idle.days());
        let begin = since.max(self.today.saturating_sub(700.days())).min(last);
        let span = i64::from(begin.until(last).map_or(0, |span| span.get_days()));
        let step = (span / count.max(1)).max(5);
        // who pays how: on the day, a little late, or very
        let pays = dice.weighted(&[(55, (-4, 2)), (30, (0, 9)), (15, (6, 42))]);
        let basket: Vec<usize> = (0..dice.between(2, 5)).map(|_| dice.below(38) as usize).collect();
        let mut orders = Vec::new();
        for n in (0..count).rev() {
            let day = last.saturating_sub((n * step + dice.between(0, step / 3)).days());
            if day >= begin {
                orders.push(self.order(account, day, &basket, (it.size, it.payment_terms_days), pays, it.owner, &mut dice));
            }
        }
        if matches!(it.size, "large" | "medium") && matches!(it.industry, "cafe" | "hotel" | "restaurant") && dice.chance(60) {
            let day = begin.saturating_add(dice.between(0, span.max(1)).days());
            let mut order = self.order(account, day, &[38, 39], (it.size, it.payment_terms_days), pays, it.owner, &mut dice);
            order.lines = if dice.chance(60) { vec![(38, 1, 0), (39, 1, 0)] } else { vec![(39, 1, 0)] };
            (order.status, order.returned) = ("delivered", None);
            orders.push(order);
        }
        orders
    }

    #[allow(clippy::too_many_arguments, reason = "what is known of the account")]
    fn order(
        &self,
        account: usize,
        day: Date,
        basket: &[usize],
        (size, terms): (&str, u32),
        (early, late): (i64, i64),
        owner: usize,
        dice: &mut Dice,
    ) -> Order {
        let scale = match size {
            "large" => 12,
            "medium" => 6,
            _ => 2,
        };
        let mut lines: Vec<(usize, u32, u32)> = Vec::new();
        for product in basket {
            if lines.is_empty() || dice.chance(60) {
                let dear = if PRODUCTS[*product].price > 300_000 { 4 } else { 1 };
                let quantity = 1 + dice.below(scale * 3 / dear + 1);
                lines.push((*product, quantity, dice.weighted(&[(70, 0), (20, 5), (10, 10)])));
            }
        }
        let age = i64::from(day.until(self.today).map_or(0, |span| span.get_days()));
        let status = match age {
            age if age < 6 => "confirmed",
            _ if dice.chance(2) => "cancelled",
            _ => "delivered",
        };
        let due = (terms > 0 && status != "cancelled").then(|| day.saturating_add(i64::from(terms).days()));
        let mut payments = Vec::new();
        if let Some(due) = due {
            let paid = due.saturating_add(dice.between(early, late).days());
            if paid <= self.today && dice.chance(12) {
                payments.push((paid, 50, "transfer"));
                let rest = paid.saturating_add(dice.between(10, 25).days());
                if rest <= self.today {
                    payments.push((rest, 50, "transfer"));
                }
            } else if paid <= self.today {
                payments.push((paid, 100, "transfer"));
            }
        } else if status != "cancelled" {
            payments.push((day, 100, dice.weighted(CASH)));
        }
        let back = day.saturating_add(dice.between(2, 9).days());
        let returned = (status == "delivered" && back <= self.today && dice.chance(4)).then(|| (back, dice.weighted(REASONS), 1));
        Order { account, day, status, channel: dice.weighted(CHANNELS), lines, due, payments, returned, owner }
    }
}
