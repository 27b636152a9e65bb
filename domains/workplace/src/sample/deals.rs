//! Opportunities and how they end.

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::catalogue::{ADMIN, PRODUCTS};
use super::dice::{Dice, Stream};
use super::firms::{Core, SOURCES};
use super::history;
use super::phrases::{self, Slots};
use super::records::Opportunity;
use super::{Generator, numbers};

/// What conversations and tasks need to know of an opportunity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deal {
    pub account: usize,
    pub contact: usize,
    pub created: Date,
    pub close: Date,
    pub stage: &'static str,
    pub core: Core,
}

impl Deal {
    pub(super) fn is_open(&self) -> bool {
        !matches!(self.stage, "won" | "lost")
    }

    /// Whether it was being worked on that day.
    pub(super) fn was_open(&self, day: Date) -> bool {
        self.created <= day && (self.is_open() || day <= self.close)
    }
}

const NAMES: &[&str] = &[
    "Kontrak pasokan {tahun}",
    "Kontrak pasokan kopi {tahun}",
    "Pasokan {prod}",
    "Pasokan rutin {jml} per bulan",
    "Perpanjangan kontrak {tahun}",
    "Pembukaan cabang {kec}",
    "Paket pembukaan gerai baru",
    "{prod} untuk semua gerai",
    "Kerja sama merek sendiri {prod}",
    "Hampers Lebaran {tahun}",
    "Hampers Natal dan Tahun Baru",
    "Minuman rapat dan acara {tahun}",
    "Tender bahan minuman {tahun}",
    "Menu minuman baru: {prod}",
    "Ganti pemasok {prod}",
    "Uji coba {prod}",
    "Pelatihan barista dan {prod}",
    "Sewa pakai mesin espresso",
    "Bahan baku dapur {tahun}",
    "Penambahan pesanan {prod}",
];

const MACHINES: &[&str] = &[
    "Mesin espresso untuk gerai {kec}",
    "Mesin Espresso 2 Grup dan pelatihan",
    "Peremajaan mesin dan grinder",
    "Paket mesin, grinder dan biji kopi",
];

const WON: &[&str] = &["Harga sesuai", "Mutu rasa", "Pengiriman cepat", "Hubungan lama", "Tempo pembayaran", "Dukungan pelatihan"];
const LOST: &[&str] = &[
    "Harga lebih murah di pesaing",
    "Anggaran ditunda",
    "Tidak ada kabar",
    "Pindah pemasok",
    "Gerai batal dibuka",
    "Syarat pembayaran tidak cocok",
    "Rasa kurang cocok",
];
const COMPETITORS: &[&str] =
    &["Sumber Kopi Raya", "Boga Niaga Timur", "Tirta Boga Distribusi", "Kopi Lintas Nusa", "Pasar daring", "Sangrai sendiri"];

impl Generator {
    /// The opportunity with this index; a higher one was opened later.
    #[must_use]
    pub fn opportunity(&self, index: usize) -> Opportunity {
        let deal = self.deal(index);
        let dice = &mut Dice::new(self.seed, Stream::OpportunityDetail, index);
        let machine = matches!(deal.core.industry, "cafe" | "hotel" | "restaurant" | "office") && dice.chance(9);
        let template = dice.pick(if machine { MACHINES } else { NAMES });
        let template = if phrases::in_season(template, deal.created) { template } else { NAMES[0] };
        let slots = Slots::new(&deal.core, "", deal.close, dice);
        let plans = Slots::new(&deal.core, "", self.today, dice);
        let open = deal.is_open();
        let competitor = deal.stage == "lost" && dice.chance(60) || open && dice.chance(28);
        Opportunity {
            name: slots.fill(template),
            account: deal.account,
            contact: deal.contact,
            stage: deal.stage,
            amount: if machine { numbers::sum(15e6, 240e6, dice) } else { amount(deal.core.size, dice) },
            close_date: deal.close,
            created_at: history::moment(deal.created, deal.core.place.zone, false, dice),
            source: dice.weighted(SOURCES),
            reason: match deal.stage {
                "won" => Some(dice.pick(WON)),
                "lost" => Some(dice.pick(LOST)),
                _ => None,
            },
            competitor: competitor.then(|| dice.pick(COMPETITORS)),
            next_step: (open && dice.chance(78)).then(|| plans.fill(dice.pick(phrases::NEXT_STEPS))),
            tags: tags(dice),
            owner: if index % 24 == 5 { ADMIN } else { deal.core.owner },
        }
    }

    /// Who, when and how far, without the texts.
    pub(super) fn deal(&self, index: usize) -> Deal {
        let dice = &mut Dice::new(self.seed, Stream::Opportunity, index);
        let share = (index as f64 + dice.unit()) / self.sizes.opportunities.max(1) as f64;
        let created = self.history.day(share);
        let (contact, account, core) = self.firm(created, dice);
        let length = match core.size {
            "large" => dice.between(45, 210),
            "medium" => dice.between(25, 140),
            _ => dice.between(10, 90),
        };
        let close = created.saturating_add(length.days());
        let age = i64::from(created.until(self.today).map_or(0, |span| span.get_days()));
        // A few stay open past the day they were to close.
        let late = age - length;
        let open = late < 0 || (late <= 25 && dice.chance(30));
        let won = dice.chance(54) && core.status != "prospect";
        let stage = match (open, age * 100 / length.max(1)) {
            (false, _) => {
                if won {
                    "won"
                } else {
                    "lost"
                }
            }
            (true, 0..=14) => "new",
            (true, 15..=37) => "qualified",
            (true, 38..=62) => "proposal",
            (true, 63..=84) => "negotiation",
            _ => dice.weighted(&[(55, "contract"), (45, "negotiation")]),
        };
        // Whatever is settled was settled at the latest yesterday.
        let close = if open { history::working_day(close) } else { close.min(self.today.saturating_sub(1.day())) };
        Deal { account, contact, created, close, stage, core }
    }

    /// A contact at a firm: households buy without negotiating.
    fn firm(&self, day: Date, dice: &mut Dice) -> (usize, usize, Core) {
        let mut found = self.partner(dice);
        for _ in 0..12 {
            if self.met(found.0) <= day && !self.account_core(found.1).is_household() {
                break;
            }
            found = self.partner(dice);
        }
        (found.0, found.1, self.account_core(found.1))
    }

    /// An opportunity that was open on a day, if the first one looked at is.
    pub(super) fn deal_on(&self, day: Date, dice: &mut Dice) -> Option<(usize, Deal)> {
        let back = (dice.unit().powf(1.5) * 80.0) as i64;
        let share = self.history.share_before(day.saturating_sub(back.days()))?;
        let index = (share * self.sizes.opportunities as f64) as usize;
        let index = index.min(self.sizes.opportunities.checked_sub(1)?);
        let deal = self.deal(index);
        deal.was_open(day).then_some((index, deal))
    }
}

fn amount(size: &str, dice: &mut Dice) -> Decimal {
    match size {
        "large" => numbers::sum(150e6, 3_200e6, dice),
        "medium" => numbers::sum(30e6, 420e6, dice),
        "small" => numbers::sum(6e6, 75e6, dice),
        _ => numbers::sum(1.2e6, 18e6, dice),
    }
}

fn tags(dice: &mut Dice) -> Vec<&'static str> {
    if dice.chance(70) {
        Vec::new()
    } else {
        vec![dice.pick(&["strategis", "lintas cabang", "tender", "mendesak", "merek sendiri", "musiman"])]
    }
}

/// A product a customer of this industry would buy.
pub(super) fn product_for(industry: &str, dice: &mut Dice) -> &'static super::Product {
    let wanted: &[&str] = match industry {
        "cafe" | "office" => &["coffee", "coffee", "coffee", "syrup", "dairy", "packaging"],
        "bakery" => &["dry", "dairy", "dry", "frozen"],
        "restaurant" | "hotel" | "catering" => &["coffee", "tea", "frozen", "dairy", "dry"],
        "household" => &["coffee", "tea"],
        _ => &["coffee", "tea", "dry", "dairy", "syrup", "frozen"],
    };
    let category = dice.pick(wanted);
    product_of(category, dice)
}

/// Any product of a category.
pub(super) fn product_of(category: &str, dice: &mut Dice) -> &'static super::Product {
    let of_kind = || PRODUCTS.iter().filter(|product| product.category == category);
    let at = dice.below(of_kind().count() as u32) as usize;
    of_kind().nth(at).unwrap_or(&PRODUCTS[0])
}
