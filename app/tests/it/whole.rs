//! One whole picture of a customer: purchases and what follows from them, on one page, for each role what it may see.

use crate::browser::Browser;
use crate::import::{import, upload};
use crate::workspace::{Workspace, both, map};
use akrab_engine::import::{Counts, ImportSpec};
use akrab_engine::{Ctx, Door, ListRequest, TimelineRequest, Weight};
use akrab_model::{Record, Value};
use axum::http::StatusCode;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

async fn somebody(w: &Workspace, name: &str, role: &str) -> (Browser, Ctx) {
    let role = w.engine.people().roles.iter().find(|r| r.key == role).map(|r| r.id).expect("the role exists");
    let user = w.user(name, role, None).await;
    (Browser::of(w, user).await, w.of(user, Door::Api))
}

async fn get(w: &Workspace, object: &str, id: i64) -> Record {
    w.engine.get(&w.system(), object, id).await.expect("there")
}

fn money(record: &Record, key: &str) -> String {
    match record.get(key) {
        Value::Dec(amount) => amount.normalize().to_string(),
        other => format!("{other:?}"),
    }
}

fn day(text: &str) -> Value {
    Value::Date(text.parse().expect("a day"))
}

async fn change(w: &Workspace, object: &str, id: i64, input: Json) {
    w.engine.update(&w.system(), object, id, map(input), None).await.unwrap_or_else(|p| panic!("{object}: {p:?}"));
}

/// An account with three orders, all invoiced, of which the first is paid in two parts, one of them late.
async fn buyer(w: &Workspace) -> i64 {
    let account =
        w.make("account", json!({"name": "Hotel Bumi", "payment_terms": 30, "credit_limit": 2_000_000, "status": "active"})).await;
    let gayo = w.make("product", json!({"name": "Biji Gayo", "code": "KA-1", "price": "185000.50", "cost": "140000.25"})).await;
    let cup = json!({"name": "Gelas Kertas", "code": "GL-1", "price": 690_000, "cost": 500_000, "warranty_months": 12});
    let cup = w.make("product", cup).await;
    let order = async |day: &str| w.make("order", json!({"account": account, "ordered_on": day, "status": "delivered"})).await;
    let (first, second, third) = (order("2025-11-02").await, order("2025-12-02").await, order("2026-01-21").await);
    let line = async |order: i64, product: i64, quantity: Json, discount: i64| {
        w.make("order_line", json!({"order": order, "product": product, "quantity": quantity, "discount": discount})).await
    };
    line(first, gayo, json!(3), 0).await;
    line(first, cup, json!(1), 10).await;
    line(second, gayo, json!("2.5"), 0).await;
    line(third, cup, json!(2), 0).await;
    let bill = async |order: i64, day: &str| w.make("invoice", json!({"order": order, "issued_on": day})).await;
    let paid = bill(first, "2025-11-02").await;
    bill(second, "2025-12-02").await;
    bill(third, "2026-02-20").await;
    let pay = async |day: &str, amount: &str, method: &str| {
        w.make("payment", json!({"invoice": paid, "paid_on": day, "amount": amount, "method": method})).await
    };
    pay("2025-12-02", "1000000", "transfer").await;
    pay("2025-12-14", "176001.5", "qris").await;
    let back = json!({"order": third, "product": cup, "quantity": 1, "amount": 690_000, "reason": "damaged", "status": "credited"});
    w.make("sales_return", back).await;
    w.make("product_owned", json!({"account": account, "product": cup, "serial": "GL-77", "bought_on": "2025-11-02"})).await;
    account
}

both!(figures_follow_from_orders_invoices_payments_and_returns, async |w: &Workspace| {
    let account = buyer(w).await;
    let it = get(w, "account", account).await;
    assert_eq!(money(&it, "bought"), "3018502.75", "3 × 185,000.50 + 690,000 less 10 %; 2.5 × 185,000.50; 2 × 690,000");
    assert_eq!(money(&it, "margin"), "748501.375", "less 3 × 140,000.25 + 500,000; 2.5 × 140,000.25; 2 × 500,000");
    assert_eq!(money(&it, "returned"), "690000");
    assert_eq!(it.get("order_count"), &Value::Int(3));
    assert_eq!((it.get("first_order"), it.get("last_order")), (&day("2025-11-02"), &day("2026-01-21")));
    assert_eq!(it.get("order_every"), &Value::Int(40), "80 days between the first and the last of three");
    assert_eq!(money(&it, "owed"), "1842501.25", "the second and the third are open");
    assert_eq!(it.get("pays_late"), &Value::Int(6), "on the day, and twelve days late");
    let invoice = get(w, "invoice", 1).await;
    assert_eq!((money(&invoice, "paid"), money(&invoice, "open")), ("1176001.5".to_string(), "0".to_string()));
    assert_eq!((invoice.get("days_late"), invoice.get("due_on")), (&Value::Int(12), &day("2025-12-02")), "by the customer's terms");
    let owned = get(w, "product_owned", 1).await;
    assert_eq!((owned.title(), owned.get("warranty_end")), ("Gelas Kertas", &day("2026-11-01")));

    change(w, "order_line", 2, json!({"quantity": 2})).await;
    assert_eq!(money(&get(w, "account", account).await, "bought"), "3639502.75", "621,000 more");
    change(w, "order", 1, json!({"status": "cancelled"})).await;
    let it = get(w, "account", account).await;
    assert_eq!(
        (money(&it, "bought"), it.get("order_count")),
        ("1842501.25".to_string(), &Value::Int(2)),
        "what is cancelled is not bought"
    );
    change(w, "invoice", 1, json!({"due_on": "2025-12-10"})).await;
    assert_eq!(get(w, "account", account).await.get("pays_late"), &Value::Int(-2), "eight days early and four late");
    w.engine.delete(&w.system(), "payment", 1, None).await.expect("in the bin");
    assert_eq!(money(&get(w, "account", account).await, "owed"), "2842501.25", "what is not paid is owed again");
});

both!(the_page_of_a_customer_says_it_all_in_one_request, async |w: &Workspace| {
    let (mut ratna, _) = somebody(w, "ratna", "administrator").await;
    let account = buyer(w).await;
    // on 2 March 2026
    let page = ratna.get(&format!("/accounts/{account}")).await.html.replace('\u{a0}', " ");
    for words in [
        "Omzet 12 bulan",
        "Rp 3.018.502",
        "Piutang",
        "Rp 1.842.501",
        "lewat tempo",
        "Risiko",
        "lewat tempo, terlama 60 hari",
        "Umur piutang",
        "Belum jatuh tempo",
        "31–60 hari",
        "Cara bayar",
        "QRIS",
        "terlambat 12 hari",
        "GL-77",
        "Faktur belum lunas",
        "lewat 60 hari",
    ] {
        assert!(page.contains(words), "{words} is missing: {page}");
    }
    assert!(page.len() <= 100 * 1024, "{} bytes", page.len());
});

both!(
    /// Scenario 6: who has no right on invoices and payments learns nothing of them, through no door.
    a_service_agent_sees_no_invoice_payment_credit_or_margin,
    async |w: &Workspace| {
        let (mut fajar, ctx) = somebody(w, "fajar", "service").await;
        let account = buyer(w).await;
        let page = fajar.get(&format!("/accounts/{account}")).await.html;
        assert!(page.contains("SO-2026-00003") && page.contains("GL-77"), "orders and things owned are his to see");
        for words in ["Piutang", "piutang", "Faktur", "INV-", "BYR-", "QRIS", "Margin", "Batas kredit", "lewat tempo", "terlambat"] {
            assert!(!page.contains(words), "{words} is told: {page}");
        }
        for address in ["/invoices", "/payments", "/invoices/1", "/payments/1"] {
            let status = fajar.status(address).await;
            assert!(matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND), "{address}: {status}");
        }
        for object in ["invoice", "payment"] {
            assert!(w.engine.get(&ctx, object, 1).await.is_err(), "{object} by the API");
            let list = ListRequest { object: object.into(), ..ListRequest::default() };
            assert!(w.engine.list(&ctx, list).await.is_err(), "{object} as a list");
        }
        let record = w.engine.get(&ctx, "account", account).await.expect("seen");
        for field in ["owed", "margin", "pays_late", "credit_limit"] {
            assert!(!record.has(field), "{field} is told");
        }
        let order = w.engine.get(&ctx, "order", 1).await.expect("seen");
        assert!(order.has("amount") && !order.has("cost") && !order.has("margin"));
        let line = w.engine.get(&ctx, "order_line", 1).await.expect("seen");
        assert!(line.has("amount") && !line.has("unit_cost") && !line.has("cost"));
        let sorted = ListRequest { object: "account".into(), sort: vec!["-owed".into()], ..ListRequest::default() };
        assert!(w.engine.list(&ctx, sorted).await.is_err(), "nor by the order of a list");
        let summed = ListRequest { object: "order".into(), ..ListRequest::default() };
        assert!(w.engine.totals(&ctx, summed, vec!["margin:sum".into()]).await.is_err(), "nor by a sum");
        let told = w.engine.timeline(&ctx, "account", account, TimelineRequest::default()).await.expect("a timeline");
        assert!(told.events.iter().all(|event| !matches!(event.source_object.as_str(), "invoice" | "payment")));
        assert!(told.events.iter().any(|event| event.source_object == "order"));
        assert!(!fajar.get("/search?q=INV").await.html.contains("INV-2026"));
    }
);

both!(
    /// Rules 7, 9 and 13: a group and its people on one page, each record once.
    a_circle_is_taken_in_by_a_switch_and_each_record_counts_once,
    async |w: &Workspace| {
        let (mut ratna, ctx) = somebody(w, "ratna", "administrator").await;
        let head = w.make("account", json!({"name": "Grup Bumi"})).await;
        let child = w.make("account", json!({"name": "Hotel Bumi", "parent": head})).await;
        let deep = w.make("account", json!({"name": "Kafe Bumi", "parent": child})).await;
        let contact = w.make("contact", json!({"name": "Lestari", "account": child})).await;
        for (account, contact, amount) in [
            (json!(head), json!(null), 100_000_000),
            (json!(child), json!(contact), 50_000_000),
            (json!(deep), json!(null), 25_000_000),
            (json!(null), json!(contact), 1_000_000),
        ] {
            w.make("order", json!({"account": account, "contact": contact, "amount": amount, "ordered_on": "2026-02-01"})).await;
        }
        let call = json!({"subject": "Telepon soal harga", "channel": "call", "account": child, "contact": contact, "participants": [{"id": contact}]});
        w.make("interaction", call).await;
        let revenue = |html: &str| {
            let after = html.split("Omzet 12 bulan").nth(1).unwrap_or_default().replace('\u{a0}', " ");
            after.split("Rp ").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default().to_string()
        };
        let page = ratna.get(&format!("/accounts/{head}")).await.html;
        assert_eq!(revenue(&page), "100.000.000");
        assert!(page.contains("Dengan anak perusahaan") && !page.contains("Telepon soal harga"));
        let below = ratna.get(&format!("/accounts/{head}?with=below")).await.html;
        assert_eq!(revenue(&below), "175.000.000");
        let all = ratna.get(&format!("/accounts/{head}?with=below,contacts")).await.html;
        assert_eq!(revenue(&all), "176.000.000", "the order of both account and contact is one order");
        let told = all.split("id=\"timeline\"").nth(1).expect("a timeline").matches("Telepon soal harga").count();
        assert_eq!(told, 1, "told to account, contact and participant, it stands there once");
        // page by page nothing is told twice and nothing is lost, though all of it is of one moment
        for n in 0..60 {
            let note = json!({"subject": format!("Catatan {n}"), "account": child, "contact": contact, "starts_at": "2026-02-10T03:00:00Z"});
            w.make("interaction", note).await;
        }
        let with = vec![("account".to_string(), child), ("contact".to_string(), contact)];
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let request =
                TimelineRequest { with: with.clone(), before, limit: 7, kinds: vec!["note".into()], ..TimelineRequest::default() };
            let told = w.engine.timeline(&ctx, "account", head, request).await.expect("a page");
            seen.extend(told.events.iter().map(|event| event.source.id));
            before = told.next;
            if before.is_none() {
                break;
            }
        }
        let mut once = seen.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!((seen.len(), once.len()), (60, 60));
    }
);

both!(
    /// The parent is quiet and owes nothing; its child bought yesterday and owes too much. Together they are what the
    /// page of the group says.
    the_risk_of_a_group_is_that_of_everybody_in_it,
    async |w: &Workspace| {
        let (mut ratna, ctx) = somebody(w, "ratna", "administrator").await;
        let head = w.make("account", json!({"name": "Grup Bumi", "credit_limit": 1_000_000})).await;
        let child = json!({"name": "Hotel Bumi", "parent": head, "credit_limit": 2_000_000, "payment_terms": 30});
        let child = w.make("account", child).await;
        let lestari = w.make("contact", json!({"name": "Lestari", "account": child})).await;
        let order = async |account: Json, contact: Json, day: &str, amount: i64| {
            w.make("order", json!({"account": account, "contact": contact, "ordered_on": day, "amount": amount})).await
        };
        for day in ["2025-09-01", "2025-09-11", "2025-09-21"] {
            order(json!(head), json!(null), day, 1_000_000).await;
        }
        let owed = order(json!(child), json!(null), "2025-12-15", 5_000_000).await;
        order(json!(child), json!(lestari), "2026-02-20", 500_000).await;
        order(json!(null), json!(lestari), "2026-03-01", 250_000).await;
        w.make("invoice", json!({"order": owed, "issued_on": "2025-12-15"})).await;
        for (account, contact, at) in [(head, json!(null), "2026-01-10T03:00:00Z"), (child, json!(lestari), "2026-02-25T03:00:00Z")] {
            let call = json!({"subject": "Telepon", "channel": "call", "account": account, "contact": contact, "starts_at": at});
            w.make("interaction", call).await;
        }
        let told = async |with: &'static [&'static str]| {
            w.engine
                .read(&ctx, move |tx| {
                    let record = tx.get("account", head)?;
                    let circle = tx.circle(&record, with)?;
                    let whole = tx.rolled_up(&record, &circle)?;
                    let worries = tx.worries(&whole, &circle)?.unwrap_or_default();
                    let worries: Vec<_> = worries.into_iter().map(|c| (c.code, c.weight, c.args)).collect();
                    let calls = tx.timeline_counts_with("account", head, &circle.others())?;
                    Ok((whole, worries, calls.into_iter().find(|(kind, _)| kind == "call").map(|(_, n)| n)))
                })
                .await
                .expect("seen")
        };
        let dec = |amount: i64| Value::Dec(Decimal::from(amount));
        let (alone, worries, calls) = told(&[]).await;
        assert_eq!((money(&alone, "bought"), alone.get("order_count"), calls), ("3000000".into(), &Value::Int(3), Some(1)));
        let silence = vec![("days", Value::Int(162)), ("usual", Value::Int(10))];
        assert_eq!(worries, [("quiet", Weight::Much, silence)]);

        let (whole, worries, calls) = told(&["below", "contacts"]).await;
        assert_eq!((money(&whole, "bought"), whole.get("order_count"), calls), ("8750000".into(), &Value::Int(6), Some(2)));
        assert_eq!((whole.get("first_order"), whole.get("last_order")), (&day("2025-09-01"), &day("2026-03-01")));
        assert_eq!(whole.get("order_every"), &Value::Int(36), "181 days between the first and the last of six");
        assert_eq!(money(&whole, "owed"), "5000000");
        assert!(matches!(whole.get("last_contact"), Value::Time(at) if at.to_string() == "2026-02-25T03:00:00Z"));
        let overdue = vec![("amount", dec(5_000_000)), ("days", Value::Int(47))];
        let credit = vec![("owed", dec(5_000_000)), ("limit", dec(2_000_000)), ("count", Value::Int(1))];
        assert_eq!(worries, [("overdue", Weight::Much, overdue), ("credit_of_several", Weight::Some, credit)]);

        let page = ratna.get(&format!("/accounts/{head}")).await.html;
        assert!(page.contains("162 hari tidak membeli") && !page.contains("lewat tempo, terlama"));
        let page = ratna.get(&format!("/accounts/{head}?with=below,contacts")).await.html;
        assert!(page.contains("lewat tempo, terlama 47 hari") && !page.contains("hari tidak membeli"));
        let figures = strip(&page);
        assert!(figures.contains("Kontak terakhir"), "{figures}");
        assert!(!figures.contains("Batas kredit"), "a limit is one account's: {figures}");
    }
);

/// The strip of key figures.
fn strip(html: &str) -> String {
    let after = html.split("ak-figures").nth(1).unwrap_or_default();
    after.split("</dl>").next().unwrap_or_default().replace('\u{a0}', " ")
}

both!(the_head_of_a_new_customer_says_that_there_is_nothing_yet, async |w: &Workspace| {
    let (mut ratna, _) = somebody(w, "ratna", "administrator").await;
    let account = w.make("account", json!({"name": "UD Sate"})).await;
    let page = ratna.get(&format!("/accounts/{account}")).await.html;
    let figures = strip(&page);
    for words in ["Omzet 12 bulan", "Piutang", "Kontak terakhir", "Risiko"] {
        assert!(figures.contains(words), "{words} is missing: {figures}");
    }
    assert_eq!(figures.matches("Rp 0").count(), 2, "{figures}");
    assert!(!figures.contains("Tingkat menang") && !figures.contains("Batas kredit"), "{figures}");
    assert!(page.contains("belum ada yang direncanakan") && page.contains("?write=task#composer"));
    w.make("task", json!({"subject": "Kirim contoh", "account": account, "due_at": "2026-03-09T03:00:00Z"})).await;
    let page = ratna.get(&format!("/accounts/{account}")).await.html;
    assert!(!page.contains("belum ada yang direncanakan"));
    let narrowed = ratna.get(&format!("/accounts/{account}?kinds=call")).await.html;
    assert!(!narrowed.contains("belum ada yang direncanakan"), "what is narrowed leaves out what is planned");
});

both!(a_timeline_is_narrowed_by_kind_person_and_days, async |w: &Workspace| {
    let (mut ratna, ctx) = somebody(w, "ratna", "administrator").await;
    let account = w.make("account", json!({"name": "Hotel Bumi"})).await;
    let lestari = w.make("contact", json!({"name": "Lestari", "account": account})).await;
    let me = ctx.person().map(|person| person.id).expect("a person");
    for (subject, channel, contact, day) in [
        ("Telepon Januari", "call", json!(lestari), "2026-01-10"),
        ("Rapat Januari", "meeting", json!(null), "2026-01-11"),
        ("Telepon Februari", "call", json!(null), "2026-02-10"),
    ] {
        let at = format!("{day}T03:00:00Z");
        let talk = json!({"subject": subject, "channel": channel, "account": account, "contact": contact, "starts_at": at, "owner": me});
        w.make("interaction", talk).await;
    }
    let mut told = async |query: &str| {
        let html = ratna.get(&format!("/accounts/{account}?{query}")).await.html;
        let timeline = html.split("id=\"timeline\"").nth(1).expect("a timeline").to_string();
        ["Telepon Januari", "Rapat Januari", "Telepon Februari"].map(|words| timeline.contains(words))
    };
    assert_eq!(told("").await, [true, true, true]);
    assert_eq!(told("kinds=call").await, [true, false, true]);
    assert_eq!(told(&format!("who=contact.{lestari}")).await, [true, false, false]);
    assert_eq!(told(&format!("who=user.{me}")).await, [true, true, true]);
    assert_eq!(told("since=2026-01-11&until=2026-01-31").await, [false, true, false]);
    assert_eq!(told("kinds=call&until=2026-01-31").await, [true, false, false]);
    assert_eq!(told("find=rapat").await, [false, true, false]);
});

/// A log of purchases as a shop writes it: number, day, amount; with its sum and the number of customers.
fn log(rows: usize) -> (String, Decimal, usize) {
    let (mut text, mut sum, mut state) = (String::from("customer,date,usd\n"), Decimal::ZERO, 20_260_302_u64);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..rows {
        let mut draw = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let (customer, day, cents) = (1 + draw(300), draw(270), draw(25_000));
        let date = jiff::civil::date(1997, 1, 1).checked_add(jiff::Span::new().days(day as i64)).expect("a day");
        let amount = Decimal::new(cents as i64, 2);
        seen.insert(customer);
        sum += amount;
        text.push_str(&format!("{customer},{date},{amount}\n"));
    }
    (text, sum.normalize(), seen.len())
}

both!(
    /// Every row becomes an order of the customer with that number, made where there is none; the sum agrees to the cent.
    a_log_of_purchases_comes_in_to_the_row_and_the_cent,
    async |w: &Workspace| {
        let (mut ratna, ctx) = somebody(w, "ratna", "administrator").await;
        let known = w.make("account", json!({"name": "Toko Langganan", "external_key": "7"})).await;
        let (text, sum, customers) = log(900);
        let own = text.lines().filter(|line| line.starts_with("7,")).count();
        let file = upload(w, &ctx, "pembelian.csv", text).await.expect("a file");
        let guessed = w.engine.import_guess(&ctx, "order", file, None).await.expect("readable");
        let columns = ["account.external_key", "ordered_on", "amount"].map(|key| Some(key.to_string()));
        assert_eq!(guessed.columns, columns, "a column of numbers calls customers as the shop does");
        let spec = ImportSpec { make: vec!["account".into()], ..guessed };
        let (_, told) = import(w, &ctx, &spec, true).await;
        let (_, done) = import(w, &ctx, &spec, false).await;
        assert_eq!(told.counts, done.counts);
        assert_eq!(done.counts, Counts { rows: 900, created: 900, ..Counts::default() });
        let orders = ListRequest { object: "order".into(), ..ListRequest::default() };
        assert_eq!(w.engine.count(&ctx, orders.clone(), true).await.expect("a count").shown(), 900);
        let total = w.engine.totals(&ctx, orders, vec!["amount:sum".into()]).await.expect("a sum").remove(0).value;
        assert_eq!(total, Value::Dec(sum), "to the cent");
        let accounts = ListRequest { object: "account".into(), ..ListRequest::default() };
        assert_eq!(w.engine.count(&ctx, accounts.clone(), true).await.expect("a count").shown() as usize, customers);
        let bought = w.engine.totals(&ctx, accounts, vec!["bought:sum".into(), "order_count:sum".into()]).await.expect("sums");
        assert_eq!((&bought[0].value, &bought[1].value), (&Value::Dec(sum), &Value::Int(900)), "the customers' figures agree");
        assert_eq!(get(w, "account", known).await.get("order_count"), &Value::Int(own as i64), "found by its number");
        let page = ratna.get(&format!("/accounts/{known}")).await.html;
        assert!(page.contains("Pesanan SO-2026-"), "the purchases stand on the page");
    }
);

/// Imports orders with these columns; gives the counts and the first fault as line, field and code.
async fn orders(w: &Workspace, ctx: &Ctx, text: &str, columns: Option<&str>, make: &[&str]) -> (Counts, Option<(u64, String, String)>) {
    let file = upload(w, ctx, "pembelian.csv", text).await.expect("a file");
    let mut spec = w.engine.import_guess(ctx, "order", file, None).await.expect("readable");
    if let Some(columns) = columns {
        spec.map_by_hand(columns);
    }
    spec.make = make.iter().map(ToString::to_string).collect();
    let (_, report) = import(w, ctx, &spec, false).await;
    let first = report.first.first().map(|note| (note.line, note.field.clone().unwrap_or_default(), note.code.clone()));
    (report.counts, first)
}

async fn orders_of(w: &Workspace, account: i64) -> Value {
    get(w, "account", account).await.get("order_count").clone()
}

both!(
    /// A number in a list is what the list's own program calls a customer; ours stand in columns that say so.
    numbers_of_a_list_are_never_ids_of_ours,
    async |w: &Workspace| {
        let (_, ctx) = somebody(w, "ratna", "administrator").await;
        let other = w.make("account", json!({"name": "Bukan ini"})).await;
        let meant = w.make("account", json!({"name": "PT Senja", "external_key": other.to_string()})).await;
        let numbers = format!("customer,date,usd\n{other},1997-01-01,21.99\n77,1997-01-02,5.00\n");
        let unknown = Some((3, "account".to_string(), "no_such_record".to_string()));
        for columns in [None, Some("account,ordered_on,amount")] {
            let (counts, fault) = orders(w, &ctx, &numbers, columns, &[]).await;
            assert_eq!((counts.created, counts.refused, fault), (1, 1, unknown.clone()), "{columns:?}");
        }
        assert_eq!((orders_of(w, meant).await, orders_of(w, other).await), (Value::Int(2), Value::Int(0)));

        // what is missing is made under that number, by whatever mapping, and found by it the next time
        for columns in [Some("account,ordered_on,amount"), None] {
            assert_eq!(orders(w, &ctx, &numbers, columns, &["account"]).await.0.created, 2, "{columns:?}");
        }
        let accounts = w.engine.list(&ctx, ListRequest { object: "account".into(), limit: 50, ..ListRequest::default() }).await.expect("a list").records;
        let made: Vec<i64> = accounts.iter().map(|record| record.id).filter(|id| ![other, meant].contains(id)).collect();
        assert_eq!(made.len(), 1);
        assert_eq!(get(w, "account", made[0]).await.text("external_key"), "77");
        assert_eq!((orders_of(w, meant).await, orders_of(w, made[0]).await), (Value::Int(4), Value::Int(2)));

        // a column of ids: as an export of ours titles it, or by hand
        let exported = format!("Perusahaan,Perusahaan (ID),Tanggal,Nilai\nApa saja,{other},1997-01-03,5.00\n");
        assert_eq!(orders(w, &ctx, &exported, None, &[]).await.0.created, 1);
        let own = format!("customer,date,usd\n{other},1997-01-04,5.00\n");
        assert_eq!(orders(w, &ctx, &own, Some("account.id,ordered_on,amount"), &[]).await.0.created, 1);
        assert_eq!(orders_of(w, other).await, Value::Int(2));
    }
);

both!(
    /// The page offers what the column is taken for, and makes who is missing unless told otherwise.
    the_page_takes_a_column_of_numbers_for_theirs,
    async |w: &Workspace| {
        let (mut ratna, ctx) = somebody(w, "ratna", "administrator").await;
        let file = upload(w, &ctx, "pembelian.csv", "customer,date,usd\n62,1997-01-01,21.99\n").await.expect("a file");
        let page = ratna.get(&format!("/orders/import/{file}")).await.html;
        assert!(page.contains("value=\"account.external_key\" selected"), "{page}");
        assert!(page.contains("value=\"account.id\"") && page.contains("Perusahaan (ID)"), "ids of ours can be chosen");
        let columns = [("c0", "account.external_key"), ("c1", "ordered_on"), ("c2", "amount")];
        let rules = ratna.submit(&format!("/orders/import/{file}/rules"), &columns).await.html;
        assert!(rules.contains("name=\"make\" value=\"account\" checked"), "{rules}");
    }
);

both!(
    /// Scenario 21.
    a_customer_is_lost_for_a_reason_and_won_back_by_an_order,
    async |w: &Workspace| {
        let (mut ratna, ctx) = somebody(w, "ratna", "administrator").await;
        let account = w.make("account", json!({"name": "PT Karya", "status": "active", "industry": "hotel"})).await;
        let refused = w.engine.update(&ctx, "account", account, map(json!({"status": "lost"})), None).await.expect_err("no reason");
        assert_eq!(refused.fields[0].code, "lost_needs_reason");
        let loss = json!({"account": account, "lost_on": "2026-03-02", "yearly_value": 240_000_000});
        let bare = w.engine.create(&ctx, "lost_customer", map(loss.clone())).await.expect_err("neither reason nor competitor");
        let faults: Vec<(&str, &str)> = bare.fields.iter().map(|f| (f.field(), f.code.as_str())).collect();
        assert!(faults.contains(&("reason", "required")), "{faults:?}");
        let with = |more: Json| {
            let mut all = loss.as_object().cloned().expect("a map");
            all.extend(more.as_object().cloned().expect("a map"));
            all
        };
        assert!(w.engine.create(&ctx, "lost_customer", with(json!({"reason": "price"}))).await.is_err(), "no competitor named");
        let lost = w.engine.create(&ctx, "lost_customer", with(json!({"reason": "price", "competitor": "PT Rival"}))).await.expect("lost");
        assert_eq!(get(w, "account", account).await.text("status"), "lost");
        let about = akrab_model::Filter::test("lost_customer", akrab_model::filter::Op::Is, lost.id);
        let asked = akrab_engine::ListRequest { object: "task".into(), filter: Some(about), ..Default::default() };
        let task = w.engine.list(&ctx, asked).await.expect("tasks").records.remove(0);
        assert!(matches!(task.get("due_at"), Value::Time(due) if due.to_string() == "2026-04-01T10:00:00Z"), "{:?}", task.get("due_at"));
        for report in ["lost_by_reason", "lost_by_competitor"] {
            let page = ratna.get(&format!("/reports/{report}")).await.html.replace('\u{a0}', " ");
            assert!(page.contains("240.000.000") || page.contains("240 jt"), "{report}: {page}");
        }
        w.pass(86_400);
        w.make("order", json!({"account": account, "ordered_on": "2026-03-03", "amount": 5_000_000})).await;
        let lost = get(w, "lost_customer", lost.id).await;
        assert_eq!((lost.text("state"), lost.get("won_back_on")), ("won_back", &day("2026-03-03")));
        assert_eq!(get(w, "account", account).await.text("status"), "active");
        assert!(!get(w, "task", task.id).await.get("done_at").is_null(), "the task is closed");
    }
);
