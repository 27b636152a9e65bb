//! Conversations: meetings, visits, calls, mails and chats over two years.

use akrab_model::format::Lang;
use akrab_model::text::person;
use jiff::civil::Date;

use super::catalogue::{SERVICE, USERS};
use super::dice::{Dice, Stream};
use super::firms::Core;
use super::phrases::{self, Slots, TOPICS, Topic};
use super::records::Interaction;
use super::{Generator, history};

const CHANNELS: &[(u32, &str)] =
    &[(38, "whatsapp"), (22, "call"), (16, "email"), (12, "visit"), (6, "meeting"), (4, "chat"), (1, "event"), (1, "letter")];

impl Generator {
    /// The conversation with this index; a higher one is on the same day or later.
    #[must_use]
    pub fn interaction(&self, index: usize) -> Interaction {
        let dice = &mut Dice::new(self.seed, Stream::Interaction, index);
        let share = (index as f64 + dice.unit()) / self.sizes.interactions.max(1) as f64;
        let day = self.history.day(share);
        let deal = if dice.chance(34) { self.deal_on(day, dice) } else { None };
        let (contact, account, core) = self.party(deal.as_ref().map(|(_, deal)| deal), day, dice);
        let topic = topic(core.is_household(), dice);
        let channel = dice.weighted(CHANNELS);
        let incoming = dice.chance(incoming(channel));
        let outcome = outcome(topic, channel, incoming, dice);
        let incoming = incoming && outcome != "no_answer";
        let owner = if outcome == "negative" && dice.chance(40) { SERVICE } else { core.owner };
        let name = self.called(contact, &core);
        let mut slots = Slots::new(&core, &name, day, dice);
        if topic.coffee {
            slots.serve_coffee(dice);
        }
        let subject = dice.pick(topic.subjects);
        let subject = if phrases::in_season(subject, day) { subject } else { topic.subjects[0] };
        let body = match channel {
            "email" => mail(&slots, topic, &name, incoming, owner, dice),
            "whatsapp" | "chat" => chat(&slots, topic, &name, incoming, dice),
            _ => note(&slots, topic, channel, outcome, dice),
        };
        Interaction {
            channel,
            direction: if incoming { "in" } else { "out" },
            subject: slots.fill(subject),
            body,
            account,
            contact,
            opportunity: deal.map(|(at, _)| at),
            at: moment(day, channel, &core, dice),
            duration: duration(channel, outcome, dice),
            outcome,
            next_step: dice.chance(if outcome == "no_answer" { 60 } else { 26 }).then(|| slots.fill(dice.pick(phrases::NEXT_STEPS))),
            owner,
        }
    }

    /// How the contact is addressed in speech: `Pak Budi`, `Bu Rina`.
    pub(super) fn called(&self, contact: usize, core: &Core) -> String {
        let person = self.person(contact, core);
        let before = if person.woman { "Bu" } else { "Pak" };
        let greeting = person::greeting(Some(before), &person.name, None, Lang::Id);
        match greeting.split_once(' ') {
            Some((_, name)) => format!("{before} {name}"),
            None => person.name,
        }
    }
}

fn topic(household: bool, dice: &mut Dice) -> &'static Topic {
    let fitting = || TOPICS.iter().filter(|topic| topic.homes || !household);
    let mut left = dice.below(fitting().map(|topic| topic.weight).sum());
    fitting()
        .find(|topic| {
            let found = left < topic.weight;
            left = left.saturating_sub(topic.weight);
            found
        })
        .unwrap_or(&TOPICS[0])
}

fn outcome(topic: &Topic, channel: &str, incoming: bool, dice: &mut Dice) -> &'static str {
    if channel == "call" && dice.chance(18) {
        return "no_answer";
    }
    let [positive, neutral, negative, order] = topic.outcomes;
    let outcome = dice.weighted(&[(positive, "positive"), (neutral, "neutral"), (negative, "negative"), (order, "order")]);
    // A message alone seldom decides: customers order and complain in theirs, not in ours.
    let written = matches!(channel, "whatsapp" | "chat" | "email" | "letter");
    match outcome {
        "order" if written && !(incoming && order > 50) => "positive",
        "negative" if written && !(incoming && negative > 30) => "neutral",
        other => other,
    }
}

/// How often the customer begins, in percent.
fn incoming(channel: &str) -> u32 {
    match channel {
        "whatsapp" => 55,
        "chat" => 90,
        "email" => 45,
        "call" => 30,
        "letter" => 40,
        _ => 0,
    }
}

fn note(slots: &Slots<'_>, topic: &Topic, channel: &str, outcome: &str, dice: &mut Dice) -> String {
    let mut body = String::with_capacity(240);
    if outcome == "no_answer" {
        slots.fill_into(&mut body, dice.pick(phrases::NO_ANSWER));
        return body;
    }
    if let Some((_, openings)) = phrases::OPENINGS.iter().find(|(name, _)| *name == channel) {
        slots.fill_into(&mut body, dice.pick(openings));
    }
    for sentence in some(topic.notes, if channel == "call" { 1 } else { 2 }, dice) {
        body.push(' ');
        slots.fill_into(&mut body, sentence);
    }
    let ending = match outcome {
        "positive" => phrases::POSITIVE,
        "negative" => phrases::NEGATIVE,
        "order" => phrases::ORDERED,
        _ => phrases::NEUTRAL,
    };
    body.push(' ');
    slots.fill_into(&mut body, dice.pick(ending));
    body
}

fn mail(slots: &Slots<'_>, topic: &Topic, name: &str, incoming: bool, owner: usize, dice: &mut Dice) -> String {
    let ours = person::greeting(None, USERS[owner].name, None, Lang::En);
    let mut body = String::with_capacity(240);
    if incoming {
        body.push_str(dice.pick(&["Halo ", "Yth. ", "Selamat siang "]));
        body.push_str(&ours);
    } else {
        body.push_str(dice.pick(&["Yth. ", "Kepada ", "Halo "]));
        body.push_str(name);
    }
    body.push_str(",\n\n");
    let sentences = if incoming { topic.asks } else { topic.says };
    for (at, sentence) in some(sentences, 2, dice).enumerate() {
        if at > 0 {
            body.push(' ');
        }
        slots.fill_into(&mut body, sentence);
    }
    body.push_str(dice.pick(&["\n\nTerima kasih,\n", "\n\nSalam,\n", "\n\nHormat kami,\n"]));
    body.push_str(if incoming { name.split_once(' ').map_or(name, |(_, name)| name) } else { &ours });
    body
}

fn chat(slots: &Slots<'_>, topic: &Topic, name: &str, incoming: bool, dice: &mut Dice) -> String {
    let mut body = String::with_capacity(160);
    if incoming {
        slots.fill_into(&mut body, dice.pick(topic.asks));
        return body + dice.pick(&["", "", " 🙏", " Terima kasih.", " Ditunggu ya."]);
    }
    body.push_str(dice.pick(&["Selamat pagi ", "Selamat siang ", "Halo ", "Siang ", "Permisi "]));
    body.push_str(name);
    body.push_str(dice.pick(&[". ", "! ", ", apa kabar? "]));
    slots.fill_into(&mut body, dice.pick(topic.says));
    body + dice.pick(&["", "", " Terima kasih 🙏", " Kami tunggu kabarnya."])
}

/// So many different sentences, in their order.
fn some(from: &'static [&'static str], count: usize, dice: &mut Dice) -> impl Iterator<Item = &'static str> {
    let start = dice.below(from.len() as u32) as usize;
    let step = 1 + dice.below(from.len() as u32 - 1) as usize;
    (0..count).map(move |at| from[(start + at * step) % from.len()])
}

fn moment(day: Date, channel: &str, core: &Core, dice: &mut Dice) -> jiff::Timestamp {
    history::moment(day, core.place.zone, matches!(channel, "meeting" | "visit" | "event"), dice)
}

fn duration(channel: &str, outcome: &str, dice: &mut Dice) -> Option<u32> {
    Some(match channel {
        _ if outcome == "no_answer" => 1,
        "meeting" => dice.pick(&[30, 45, 60, 60, 90, 120]),
        "visit" => dice.pick(&[20, 30, 30, 45, 60, 75]),
        "event" => dice.pick(&[15, 20, 30, 120]),
        "call" => 2 + dice.below(22),
        _ => return None,
    })
}
