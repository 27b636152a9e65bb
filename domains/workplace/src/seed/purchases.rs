//! The sample firm's price list, and what its customers bought, paid, sent back and own.

use super::fill::{Links, Sheet};
use crate::sample::{Generator, Order, PRODUCTS, unit_cost, warranty};
use akrab_activities::keys::{INTERACTION, interaction as i};
use akrab_engine::{Ctx, Engine, Result, Tx};
use akrab_model::{Object, Record, RecordId, Value};
use akrab_purchases::keys::{self, invoice, order, order_line, payment, product, product_category, product_owned, sales_return};
use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::HashMap;
use std::sync::Arc;

/// Key in the catalogue, and name in the workspace's language.
const CATEGORIES: [(&str, &str, &str); 8] = [
    ("coffee", "Kopi", "Coffee"),
    ("tea", "Teh", "Tea"),
    ("syrup", "Sirup & gula cair", "Syrups"),
    ("dairy", "Susu & keju", "Dairy"),
    ("dry", "Bahan kering", "Dry goods"),
    ("frozen", "Makanan beku", "Frozen food"),
    ("packaging", "Kemasan", "Packaging"),
    ("machine", "Mesin", "Machines"),
];

/// Objects whose figures the sums of these records are part of; what is counted comes before what counts it.
const FIGURES: [&str; 5] = ["order", "invoice", "product", "product_category", "product_owned"];

/// What households add to orders.
const HOUSEHOLD: &str = "household";

/// Accounts whose orders are written in one transaction.
const BATCH: usize = 250;

/// Loads it all; the figures of accounts and contacts are the caller's to bring up to date.
pub(super) async fn purchases(engine: &Engine, ctx: &Ctx, generator: &Arc<Generator>, links: &Arc<Links>) -> Result<()> {
    let lang = engine.settings().lang;
    let products = engine.write(ctx, move |tx| catalogue(tx, |id, en| lang.pick(id, en))).await?;
    let products = Arc::new(products);
    for from in (0..links.accounts.len()).step_by(BATCH) {
        let (generator, links, products) = (generator.clone(), links.clone(), products.clone());
        let to = (from + BATCH).min(links.accounts.len());
        engine
            .write(ctx, move |tx| {
                let mut orders: Vec<Order> = (from..to).flat_map(|account| generator.orders(account)).collect();
                orders.sort_by_key(|order| order.day);
                Loading { tx, links: &links, products: &products, generator: &generator }.load(&orders)
            })
            .await?;
    }
    for object in FIGURES {
        engine.fill(ctx, object).await?;
    }
    Ok(())
}

fn catalogue(tx: &mut Tx, pick: impl Fn(&'static str, &'static str) -> &'static str) -> Result<Vec<RecordId>> {
    let object = tx.object(keys::PRODUCT_CATEGORY)?;
    let groups = CATEGORIES.iter().map(|(_, id, en)| {
        let mut sheet = Sheet::new(&object);
        sheet.text(product_category::NAME, pick(id, en));
        sheet.done()
    });
    let groups = tx.load(&object, groups.collect())?;
    let object = tx.object(keys::PRODUCT)?;
    let all = PRODUCTS.iter().enumerate().map(|(n, it)| {
        let group = CATEGORIES.iter().position(|(key, ..)| *key == it.category).and_then(|at| groups.get(at));
        let mut sheet = Sheet::new(&object);
        sheet
            .text(product::NAME, it.name)
            .text(product::CODE, it.code)
            .text(product::UNIT, it.unit)
            .text(product::KIND, "goods")
            .set(product::CATEGORY, group.map_or(Value::Null, |id| Value::Link(*id)))
            .set(product::PRICE, Value::Dec(it.price.into()))
            .set(product::COST, Value::Dec(unit_cost(n).normalize()))
            .set(product::ACTIVE, Value::Bool(true))
            .set(product::WARRANTY_MONTHS, warranty(n).map_or(Value::Null, Value::Int));
        sheet.done()
    });
    tx.load(&object, all.collect())
}

struct Loading<'a, 't> {
    tx: &'a mut Tx<'t>,
    links: &'a Links,
    products: &'a [RecordId],
    generator: &'a Generator,
}

impl Loading<'_, '_> {
    fn load(&mut self, all: &[Order]) -> Result<()> {
        let generator = self.generator;
        let ids = self.each(keys::ORDER, all, |sheet, it, links| {
            sheet
                .set(order::ORDERED_ON, Value::Date(it.day))
                .text(order::STATUS, it.status)
                .text(order::CHANNEL, it.channel)
                .set(order::AMOUNT, Value::Dec(it.amount()))
                .set(
                    HOUSEHOLD,
                    if generator.is_household(it.account) { super::fill::link(&links.accounts, it.account) } else { Value::Null },
                )
                .set(order::COST, Value::Dec(it.cost().normalize()))
                .made(links.past(it.day, 10), links.user(it.owner));
        })?;
        self.lines(all, &ids)?;
        let invoiced: Vec<(usize, Date)> = all.iter().enumerate().filter_map(|(n, it)| Some((n, it.due?))).collect();
        let bills: Vec<Order> = invoiced.iter().map(|(n, _)| all[*n].clone()).collect();
        let mut at = 0;
        let made = self.each(keys::INVOICE, &bills, |sheet, it, links| {
            sheet
                .set(invoice::ORDER, Value::Link(ids[invoiced[at].0]))
                .set(invoice::ISSUED_ON, Value::Date(it.day))
                .set(invoice::DUE_ON, Value::Date(invoiced[at].1))
                .set(invoice::TOTAL, Value::Dec(it.amount()))
                .text(invoice::STATUS, "issued")
                .made(links.past(it.day, 11), links.user(it.owner));
            at += 1;
        })?;
        let bill_of: HashMap<usize, RecordId> = invoiced.iter().map(|(n, _)| *n).zip(made).collect();
        self.payments(all, &ids, &bill_of)?;
        self.returns(all, &ids, &bill_of)?;
        self.owned(all)
    }

    /// One record for each, with owner and account; numbers count by the year of the day.
    fn each(&mut self, object: &str, all: &[Order], mut fill: impl FnMut(&mut Sheet, &Order, &Links)) -> Result<Vec<RecordId>> {
        let object = self.tx.object(object)?;
        let mut records = Vec::with_capacity(all.len());
        for it in all {
            let mut sheet = Sheet::new(&object);
            sheet.set("account", super::fill::link(&self.links.accounts, it.account)).set("owner", self.links.user(it.owner));
            fill(&mut sheet, it, self.links);
            let mut record = sheet.done();
            number(self.tx, &object, &mut record, it.day)?;
            records.push(record);
        }
        self.tx.load(&object, records)
    }

    fn lines(&mut self, all: &[Order], ids: &[RecordId]) -> Result<()> {
        let object = self.tx.object(keys::ORDER_LINE)?;
        let mut records = Vec::new();
        for (it, id) in all.iter().zip(ids) {
            for (product, quantity, discount) in &it.lines {
                let mut sheet = Sheet::new(&object);
                sheet
                    .text(order_line::NAME, PRODUCTS[*product].name)
                    .set(order_line::ORDER, Value::Link(*id))
                    .set(order_line::PRODUCT, Value::Link(self.products[*product]))
                    .set(order_line::QUANTITY, Value::Dec((*quantity).into()))
                    .set(order_line::UNIT_PRICE, Value::Dec(PRODUCTS[*product].price.into()))
                    .set(order_line::DISCOUNT, Value::Dec((*discount).into()))
                    .set(order_line::UNIT_COST, Value::Dec(unit_cost(*product).normalize()))
                    .made(self.links.past(it.day, 10), self.links.user(it.owner));
                records.push(sheet.done());
            }
        }
        self.tx.load(&object, records).map(|_| ())
    }

    fn payments(&mut self, all: &[Order], ids: &[RecordId], bill_of: &HashMap<usize, RecordId>) -> Result<()> {
        let paid = all.iter().enumerate().flat_map(|(n, it)| it.payments.iter().map(move |one| (n, *one)));
        let mut paid: Vec<(usize, (Date, u32, &str))> = paid.collect();
        paid.sort_by_key(|(_, (day, ..))| *day);
        let orders: Vec<Order> = paid.iter().map(|(n, (day, ..))| Order { day: *day, ..all[*n].clone() }).collect();
        let mut at = 0;
        self.each(keys::PAYMENT, &orders, |sheet, it, links| {
            let (n, (day, share, method)) = paid[at];
            let amount = it.amount() * Decimal::from(share) / Decimal::from(100);
            let late = it.due.and_then(|due| day.since(due).ok()).map(|span| i64::from(span.get_days()));
            sheet
                .set(payment::ORDER, Value::Link(ids[n]))
                .set(payment::INVOICE, bill_of.get(&n).map_or(Value::Null, |id| Value::Link(*id)))
                .set(payment::PAID_ON, Value::Date(day))
                .set(payment::AMOUNT, Value::Dec(amount.normalize()))
                .text(payment::METHOD, method)
                .text(payment::STATUS, "received")
                .set(payment::DAYS_LATE, late.map_or(Value::Null, Value::Int))
                .made(links.past(day, 13), links.user(it.owner));
            at += 1;
        })?;
        Ok(())
    }

    fn returns(&mut self, all: &[Order], ids: &[RecordId], bill_of: &HashMap<usize, RecordId>) -> Result<()> {
        let back: Vec<(usize, (Date, &str, u32))> = all.iter().enumerate().filter_map(|(n, it)| Some((n, it.returned?))).collect();
        let orders: Vec<Order> = back.iter().map(|(n, (day, ..))| Order { day: *day, ..all[*n].clone() }).collect();
        let mut at = 0;
        let products = self.products;
        self.each(keys::SALES_RETURN, &orders, |sheet, it, links| {
            let (n, (day, reason, quantity)) = back[at];
            let each = it.line_amount(0) / Decimal::from(it.lines[0].1);
            // credited once it is some days old, and only where an invoice is still open
            let settled = day < links.today().saturating_sub(14.days());
            sheet
                .set(sales_return::ORDER, Value::Link(ids[n]))
                .set(sales_return::INVOICE, bill_of.get(&n).filter(|_| it.payments.is_empty()).map_or(Value::Null, |id| Value::Link(*id)))
                .set(sales_return::RETURNED_ON, Value::Date(day))
                .set(sales_return::PRODUCT, Value::Link(products[it.lines[0].0]))
                .set(sales_return::QUANTITY, Value::Dec(quantity.into()))
                .set(sales_return::AMOUNT, Value::Dec((each * Decimal::from(quantity)).round_dp(4).normalize()))
                .text(sales_return::REASON, reason)
                .text(sales_return::STATUS, if settled { "credited" } else { "requested" })
                .made(links.past(day, 14), links.user(it.owner));
            at += 1;
        })?;
        Ok(())
    }

    /// Machines stay with the customer; each was looked after since.
    fn owned(&mut self, all: &[Order]) -> Result<()> {
        let machines = all.iter().flat_map(|it| it.lines.iter().filter_map(move |(product, ..)| Some((it, *product, warranty(*product)?))));
        let machines: Vec<(&Order, usize, i64)> = machines.collect();
        let object = self.tx.object(keys::PRODUCT_OWNED)?;
        let mut records = Vec::new();
        for (n, (it, product, months)) in machines.iter().enumerate() {
            let place = self.generator.account(it.account);
            let end = it.day.checked_add(months.months()).and_then(|day| day.yesterday());
            let mut sheet = Sheet::new(&object);
            sheet
                .text(product_owned::NAME, PRODUCTS[*product].name)
                .text(
                    product_owned::SERIAL,
                    &format!("{}-{:04}{:03}", &PRODUCTS[*product].code[3..6], it.account * 7 % 9973, n * 37 % 1000),
                )
                .set(product_owned::PRODUCT, Value::Link(self.products[*product]))
                .set("account", super::fill::link(&self.links.accounts, it.account))
                .set(product_owned::BOUGHT_ON, Value::Date(it.day))
                .set(product_owned::WARRANTY_MONTHS, Value::Int(*months))
                .set(product_owned::WARRANTY_END, end.map_or(Value::Null, Value::Date))
                .text(product_owned::STATE, if n % 17 == 3 { "in_repair" } else { "active" })
                .text("site_street", &place.street)
                .text("site_city", place.city)
                .text("site_province", place.province)
                .set("owner", self.links.user(it.owner))
                .made(self.links.past(it.day, 12), self.links.user(it.owner));
            records.push(sheet.done());
        }
        let ids = self.tx.load(&object, records)?;
        let object = self.tx.object(INTERACTION)?;
        let mut visits = Vec::new();
        for ((it, product, _), id) in machines.iter().zip(ids) {
            for (after, subject, body) in [
                (3, "Pemasangan dan pelatihan", "Mesin dipasang, air dan listrik diperiksa, dua barista dilatih."),
                (185, "Servis berkala", "Gasket dan saringan diganti, tekanan disetel 9 bar."),
            ] {
                let day = it.day.saturating_add(i64::from(after).days());
                if day < self.links.today() {
                    let mut sheet = Sheet::new(&object);
                    sheet
                        .text(i::SUBJECT, &format!("{subject} {}", PRODUCTS[*product].name))
                        .text(i::CHANNEL, "visit")
                        .text(i::DIRECTION, "out")
                        .text(i::BODY, body)
                        .text(i::OUTCOME, "positive")
                        .set("account", super::fill::link(&self.links.accounts, it.account))
                        .set("product_owned", Value::Link(id))
                        .set(i::STARTS_AT, Value::Time(self.links.past(day, 10)))
                        .set(i::DURATION, Value::Int(90))
                        .set("owner", self.links.user(it.owner))
                        .made(self.links.past(day, 12), self.links.user(it.owner));
                    visits.push(sheet.done());
                }
            }
        }
        self.tx.load(&object, visits).map(|_| ())
    }
}

/// A given number says the year of its day.
fn number(tx: &mut Tx, object: &Arc<Object>, record: &mut Record, day: Date) -> Result<()> {
    let Some(pattern) = object.field("number").and_then(|field| field.pattern.as_deref()) else { return Ok(()) };
    let pattern = pattern.replace("{year}", &day.year().to_string());
    let n = tx.conn.counter_next(&format!("{}.number:{pattern}", object.key), 1)?;
    record.set("number", Value::Text(pattern.replace("{00000}", &format!("{n:05}"))));
    Ok(())
}
