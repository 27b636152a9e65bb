//! The sample is the same for the same seed, reads as typed text should, and looks like a business.

use std::collections::{HashMap, HashSet};

use akrab_model::text::{email, identity, phone, url};
use jiff::civil::{Date, date};
use jiff::tz::Offset;

use super::*;

const TODAY: Date = date(2026, 11, 22);

fn demo() -> Sample {
    Sample::demo(7, TODAY)
}

#[test]
fn same_seed_same_sample() {
    let (a, b) = (demo(), demo());
    assert!(a == b);
    let other = Generator::new(8, TODAY);
    assert_ne!(other.contact(5), a.contacts[5]);
    assert_eq!(Generator::new(7, TODAY).interaction(12_345), a.interactions[12_345]);
}

#[test]
fn sizes_and_links() {
    let sample = demo();
    let sizes = Sizes::DEMO;
    assert_eq!((sample.accounts.len(), sample.contacts.len()), (sizes.accounts, sizes.contacts));
    assert_eq!((sample.users.len(), sample.teams.len()), (12, 4));
    for user in &sample.users {
        assert!(sample.teams.iter().any(|team| team.key == user.team));
    }
    for contact in &sample.contacts {
        assert!(contact.account < sizes.accounts && contact.owner < 12);
    }
    for deal in &sample.opportunities {
        assert_eq!(sample.contacts[deal.contact].account, deal.account);
    }
    for talk in &sample.interactions {
        assert_eq!(sample.contacts[talk.contact].account, talk.account);
        if let Some(deal) = talk.opportunity {
            assert_eq!(sample.opportunities[deal].account, talk.account);
        }
    }
    for task in &sample.tasks {
        assert_eq!(sample.contacts[task.contact].account, task.account);
    }
}

#[test]
fn everything_typed_can_be_read() {
    let sample = demo();
    for account in &sample.accounts {
        assert!(phone::parse(&account.phone, "ID").is_ok(), "{}", account.phone);
        for address in account.email.iter() {
            assert_eq!(email::parse(address).as_ref(), Ok(address));
        }
        for site in account.website.iter() {
            assert_eq!(url::parse(site).as_ref(), Ok(site));
        }
        for number in account.npwp.iter() {
            let read = identity::parse(akrab_model::object::NumberKind::Npwp, number, &identity::NumberRules::default().npwp);
            assert_eq!(read.as_ref(), Ok(number));
        }
        assert_eq!(account.postcode.len(), 5);
    }
    for contact in &sample.contacts {
        let number = phone::parse(&contact.phone, "ID");
        assert!(number.as_ref().is_ok_and(phone::Phone::is_mobile), "{}", contact.phone);
        for address in contact.email.iter() {
            assert_eq!(email::parse(address).as_ref(), Ok(address));
        }
        assert!(!contact.name.is_empty() && !contact.name.contains("  "));
    }
    for lead in &sample.leads {
        assert!(phone::parse(&lead.phone, "ID").is_ok(), "{}", lead.phone);
        assert!(lead.email.iter().all(|address| email::parse(address).is_ok()));
    }
    for place in PLACES {
        assert!(phone::parse(&format!("0{} 234567", place.area), "ID").is_ok(), "{}", place.city);
    }
}

#[test]
fn names_are_distinct_and_varied() {
    let sample = demo();
    let firms: HashSet<_> = sample.accounts.iter().filter(|a| a.kind == "company").map(|a| &a.name).collect();
    let companies = sample.accounts.iter().filter(|a| a.kind == "company").count();
    assert_eq!(firms.len(), companies);
    let people: HashSet<_> = sample.contacts.iter().map(|c| &c.name).collect();
    assert!(people.len() > 3_800, "{}", people.len());
    let single = sample.contacts.iter().filter(|c| !c.name.contains(' ')).count();
    assert!((200..=650).contains(&single), "mononyms {single}");
    let bodies: HashSet<_> = sample.interactions.iter().map(|i| &i.body).collect();
    assert!(bodies.len() > 20_000, "{}", bodies.len());
    let unfilled = sample.interactions.iter().find(|i| i.body.contains(['{', '}']) || i.subject.contains(['{', '}']));
    assert_eq!(unfilled, None);
    assert!(sample.opportunities.iter().all(|o| !o.name.contains(['{', '}'])));
    assert!(sample.tasks.iter().all(|t| !t.subject.contains(['{', '}'])));
}

#[test]
fn looks_like_a_business() {
    let sample = demo();
    let count = |status: &str| sample.accounts.iter().filter(|a| a.status == status).count();
    assert!(count("active") > 900 && count("prospect") > 300 && count("dormant") > 200 && count("lost") > 120);
    let mut stages: HashMap<_, usize> = HashMap::new();
    for deal in &sample.opportunities {
        *stages.entry(deal.stage).or_default() += 1;
        let open = !matches!(deal.stage, "won" | "lost");
        assert_eq!(deal.reason.is_none(), open);
        assert!(open || deal.close_date < TODAY);
        assert!(deal.amount > rust_decimal::Decimal::ZERO);
    }
    for stage in ["new", "qualified", "proposal", "negotiation", "contract"] {
        assert!(stages[stage] >= 8, "{stages:?}");
    }
    assert!(stages["won"] > 250 && stages["lost"] > 350, "{stages:?}");
    let per_account = sample.interactions.iter().fold(HashMap::<usize, usize>::new(), |mut counts, talk| {
        *counts.entry(talk.account).or_default() += 1;
        counts
    });
    let most = per_account.values().max().copied().unwrap_or(0);
    assert!((60..=600).contains(&most), "busiest account {most}");
}

#[test]
fn history_keeps_office_days() {
    let sample = demo();
    let local = |talk: &Interaction| Offset::constant(7).to_datetime(talk.at);
    let first = local(&sample.interactions[0]).date();
    let last = local(&sample.interactions[sample.interactions.len() - 1]).date();
    assert!(first <= date(2024, 11, 26) && last < TODAY && last >= date(2026, 11, 20), "{first} {last}");
    let days: Vec<Date> = sample.interactions.iter().map(|talk| local(talk).date()).collect();
    assert!(days.is_sorted());
    let sundays = days.iter().filter(|day| day.weekday() == jiff::civil::Weekday::Sunday).count();
    assert!(sundays < 300, "{sundays}");
    let feast = days.iter().filter(|day| **day == date(2026, 3, 20)).count();
    assert!(feast < 10, "{feast}");
    assert!(sample.interactions.iter().all(|talk| (5..=21).contains(&local(talk).hour())));
    let due_today = sample.tasks.iter().filter(|t| t.done_at.is_none() && Offset::constant(7).to_datetime(t.due).date() == TODAY).count();
    assert!((50..=150).contains(&due_today), "{due_today}");
}

#[test]
fn nobody_is_spoken_with_before_he_is_known() {
    let sample = demo();
    let day = |at| Offset::constant(7).to_datetime(at).date();
    assert!(sample.interactions.iter().all(|talk| sample.contacts[talk.contact].met <= day(talk.at)));
    assert!(sample.opportunities.iter().all(|deal| sample.contacts[deal.contact].met <= day(deal.created_at)));
    assert!(sample.contacts.iter().all(|person| sample.accounts[person.account].known_since <= person.met));
    let lately = sample.contacts.iter().filter(|person| person.met > TODAY.saturating_sub(jiff::ToSpan::days(30))).count();
    assert!((40..=400).contains(&lately), "some are new: {lately}");
}

#[test]
fn any_size_works() {
    for contacts in [1, 2, 7, 100] {
        let generator = Generator::with_sizes(3, TODAY, Sizes::for_contacts(contacts));
        let sample = Sample::collect(&generator);
        assert_eq!(sample.contacts.len(), contacts);
        assert!(sample.interactions.iter().all(|talk| talk.contact < contacts && talk.account < sample.accounts.len()));
    }
    let great = Generator::with_sizes(3, TODAY, Sizes::for_contacts(10_000_000));
    assert!(great.contact(9_999_999).account < great.sizes().accounts);
}

#[test]
fn shuffling_goes_there_and_back() {
    for count in [1_u64, 2, 3, 10, 2_000, 12_345] {
        let shuffle = Shuffle::new(count, 99);
        for index in 0..count.min(500) as usize {
            assert_eq!(shuffle.index(shuffle.rank(index)), index, "{index} of {count}");
        }
    }
}
