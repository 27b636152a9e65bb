//! Books and cards: their properties, and the reports of them.

use super::PLACE;
use super::ask::{Ask, Kind};
use super::xml::{self, CARD, DAV, Name, SERVER, Told, escaped};
use crate::fail::Fail;
use crate::locale::Text;
use crate::state::Web;
use crate::visit::lang;
use akrab_engine::export::{Cards, ExportFormat};
use akrab_engine::{Access, Ctx, Rights};
use akrab_model::object::{Avatar, Scope};
use akrab_model::{Object, Problem, ProblemKind};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Most cards of one book; a larger one is offered only as far as it is one's own.
const MOST: usize = 20_000;
/// More changes than these are looked at no more: the program asks for everything again.
const CHANGES: usize = 5_000;
const MINE: &str = "-mine";

/// Somebody with the books he may read.
pub struct Caller {
    web: Web,
    ctx: Ctx,
    t: Text,
    person: i64,
}

/// An address book: the records of an object, or only one's own.
#[derive(Clone)]
pub struct Book {
    object: Arc<Object>,
    mine: bool,
}

/// A card with its version.
struct Card {
    id: i64,
    text: String,
    tag: String,
}

impl Book {
    fn key(&self) -> String {
        format!("{}{}", self.object.plural, if self.mine { MINE } else { "" })
    }
    fn href(&self) -> String {
        format!("{PLACE}/books/{}/", self.key())
    }
    fn card_href(&self, id: i64) -> String {
        format!("{}{id}.vcf", self.href())
    }
    /// The record behind the address of a card.
    fn id_of(&self, href: &str) -> Option<i64> {
        let path = href.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).unwrap_or(href);
        path.strip_prefix(&self.href())?.strip_suffix(".vcf")?.parse().ok()
    }
}

impl Caller {
    pub fn new(web: &Web, ctx: Ctx) -> Result<Caller, Problem> {
        let person = ctx.user_id().ok_or_else(Problem::forbidden)?;
        Ok(Caller { web: web.clone(), t: Text::new(lang(ctx.lang)), ctx, person })
    }

    /// The books there are for this person.
    fn books(&self) -> Vec<Book> {
        let rights = Rights::new(self.ctx.registry().clone(), &self.ctx);
        let fits = |object: &&Arc<Object>| {
            let people = object.decl.avatar == Avatar::Person && !object.is_system() && ExportFormat::Vcard.fits(object);
            people && rights.scope(object, Access::Export) > Scope::None
        };
        let each = |object: &Arc<Object>| {
            let mine = object.owner.map(|_| Book { object: object.clone(), mine: true });
            std::iter::once(Book { object: object.clone(), mine: false }).chain(mine)
        };
        self.ctx.registry().objects().filter(fits).flat_map(each).collect()
    }

    /// # Errors
    /// `not_found`.
    pub fn book(&self, key: &str) -> Result<Book, Problem> {
        self.books().into_iter().find(|book| book.key() == key).ok_or_else(Problem::not_found)
    }

    async fn cards(&self, book: &Book, ids: Vec<i64>, four: bool) -> Result<Vec<Card>, Fail> {
        let spec = Cards { object: book.object.key.clone(), mine: book.mine, ids, four, most: MOST };
        let found = self.web.engine.read(&self.ctx, move |tx| tx.cards(&spec)).await?;
        let card = |(id, text): (i64, String)| {
            let sum = Sha256::digest(text.as_bytes());
            let tag: String = sum.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
            Card { id, text, tag: format!("\"{tag}\"") }
        };
        Ok(found.into_iter().map(card).collect())
    }

    /// What the book's content hangs on: the newest change that is surely complete, and who may see what.
    async fn token(&self, book: &Book) -> Result<String, Fail> {
        let epoch = self.web.engine.people().epoch;
        let upto = self.web.engine.read(&self.ctx, |tx| tx.settled_change()).await?;
        Ok(format!("urn:akrab:{}:{upto}.{epoch}", book.key()))
    }

    /// A card as a file.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn card(&self, book: &Book, name: &str, accept: &str) -> Result<Response, Fail> {
        let id = book.id_of(&format!("{}{name}", book.href())).ok_or_else(Problem::not_found)?;
        let four = accept.replace(' ', "").contains("version=4.0");
        let card = self.cards(book, vec![id], four).await?.into_iter().next().ok_or_else(Problem::not_found)?;
        let headers = [(header::CONTENT_TYPE, "text/vcard; charset=utf-8".to_string()), (header::ETAG, card.tag)];
        Ok((StatusCode::OK, headers, card.text).into_response())
    }

    /// `PROPFIND` on any address.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn properties(&self, parts: &[&str], ask: &Ask, depth: u8) -> Result<Response, Fail> {
        let mut told = Told::new();
        let own = self.person.to_string();
        match parts {
            [] => self.tell(&mut told, ask, &format!("{PLACE}/"), self.of_place("<d:collection/>", "Akrab")),
            ["principals"] => self.tell(&mut told, ask, &format!("{PLACE}/principals/"), self.of_place("<d:collection/>", "Akrab")),
            ["principals", id] if *id == own => self.tell(&mut told, ask, &self.principal(), self.of_principal()),
            ["books"] => {
                self.tell(&mut told, ask, &self.home(), self.of_place("<d:collection/>", &self.t.get("dav-books")));
                for book in self.books().iter().filter(|_| depth > 0) {
                    self.tell(&mut told, ask, &book.href(), self.of_book(book).await?);
                }
            }
            ["books", key] => {
                let book = self.book(key)?;
                self.tell(&mut told, ask, &book.href(), self.of_book(&book).await?);
                if depth > 0 {
                    for card in self.cards(&book, Vec::new(), ask.four).await? {
                        self.tell_card(&mut told, ask, &book, &card);
                    }
                }
            }
            ["books", key, name] => {
                let book = self.book(key)?;
                let id = book.id_of(&format!("{}{name}", book.href())).ok_or_else(Problem::not_found)?;
                let card = self.cards(&book, vec![id], ask.four).await?.into_iter().next().ok_or_else(Problem::not_found)?;
                self.tell_card(&mut told, ask, &book, &card);
            }
            _ => return Err(Problem::not_found().into()),
        }
        Ok(several(told))
    }

    /// `REPORT` on a book.
    ///
    /// # Errors
    /// `no_such_report`, `sync_token_over`.
    pub async fn report(&self, book: &Book, ask: &Ask) -> Result<Response, Fail> {
        let mut told = Told::new();
        let given;
        match &ask.kind {
            Kind::Cards(hrefs) => {
                let ids: Vec<i64> = hrefs.iter().filter_map(|href| book.id_of(href)).collect();
                let cards = if ids.is_empty() { Vec::new() } else { self.cards(book, ids, ask.four).await? };
                for href in hrefs {
                    match book.id_of(href).and_then(|id| cards.iter().find(|card| card.id == id)) {
                        Some(card) => self.tell_card(&mut told, ask, book, card),
                        None => told.gone(href),
                    }
                }
                given = cards.len();
            }
            Kind::Query(filter, limit) => {
                let found: Vec<Card> =
                    self.cards(book, Vec::new(), ask.four).await?.into_iter().filter(|c| filter.holds(&c.text)).collect();
                let most = limit.unwrap_or(usize::MAX);
                for card in found.iter().take(most) {
                    self.tell_card(&mut told, ask, book, card);
                }
                if found.len() > most {
                    told.cut(&book.href());
                }
                given = found.len().min(most);
            }
            Kind::Sync(token) => {
                // the token is taken before what it stands for is read: what changes meanwhile is told again
                let now = self.token(book).await?;
                let changed = match token {
                    Some(token) => Some(self.changed(book, token).await?),
                    None => None,
                };
                let cards = match &changed {
                    Some(ids) if ids.is_empty() => Vec::new(),
                    Some(ids) => self.cards(book, ids.clone(), ask.four).await?,
                    None => self.cards(book, Vec::new(), ask.four).await?,
                };
                for card in &cards {
                    self.tell_card(&mut told, ask, book, card);
                }
                for id in changed.iter().flatten().filter(|id| !cards.iter().any(|card| card.id == **id)) {
                    told.gone(&book.card_href(*id));
                }
                told.sync(&now);
                given = cards.len();
            }
            Kind::Properties | Kind::Other => return Err(Problem::new(ProblemKind::Forbidden, "no_such_report").into()),
        }
        if given > 0 && ask.wants_cards() {
            let detail = serde_json::json!({ "object": book.object.key, "format": "carddav", "rows": given });
            self.web.engine.write(&self.ctx, move |tx| tx.audit("export", None, detail.clone())).await?;
        }
        Ok(several(told))
    }

    /// Records that were touched since a token was given.
    async fn changed(&self, book: &Book, token: &str) -> Result<Vec<i64>, Fail> {
        let over = || Problem::new(ProblemKind::Forbidden, "sync_token_over");
        let place = format!("urn:akrab:{}:", book.key());
        let (since, epoch) = token.strip_prefix(&place).and_then(|rest| rest.split_once('.')).ok_or_else(over)?;
        let since: i64 = since.parse().map_err(|_| over())?;
        if epoch != self.web.engine.people().epoch.to_string() {
            return Err(over().into());
        }
        let object = book.object.key.clone();
        let touched = self.web.engine.read(&self.ctx, move |tx| tx.touched_since(&object, since, CHANGES)).await?;
        Ok(touched.ok_or_else(over)?)
    }

    fn principal(&self) -> String {
        format!("{PLACE}/principals/{}/", self.person)
    }
    fn home(&self) -> String {
        format!("{PLACE}/books/")
    }

    /// What every address has.
    fn of_place(&self, kind: &str, name: &str) -> Vec<(Name, String)> {
        let principal = href(&self.principal());
        vec![
            (Name::new(DAV, "resourcetype"), kind.to_string()),
            (Name::new(DAV, "displayname"), escaped(name)),
            (Name::new(DAV, "current-user-principal"), principal.clone()),
            (Name::new(DAV, "principal-URL"), principal.clone()),
            (Name::new(DAV, "owner"), principal),
            (Name::new(DAV, "current-user-privilege-set"), "<d:privilege><d:read/></d:privilege>".into()),
            (Name::new(CARD, "addressbook-home-set"), href(&self.home())),
        ]
    }

    fn of_principal(&self) -> Vec<(Name, String)> {
        let name = self.web.engine.people().name(self.person).unwrap_or_default();
        self.of_place("<d:collection/><d:principal/>", &name)
    }

    async fn of_book(&self, book: &Book) -> Result<Vec<(Name, String)>, Fail> {
        let name = book.object.plural_label(self.ctx.lang_key());
        let name = if book.mine { self.t.with("dav-mine", &[("objects", name.into())]) } else { name.to_string() };
        let token = self.token(book).await?;
        let mut all = self.of_place("<d:collection/><c:addressbook/>", &name);
        let reports = ["<c:addressbook-query/>", "<c:addressbook-multiget/>", "<d:sync-collection/>"];
        let reports = reports.map(|report| format!("<d:supported-report><d:report>{report}</d:report></d:supported-report>"));
        let kinds = ["3.0", "4.0"].map(|version| format!("<c:address-data-type content-type=\"text/vcard\" version=\"{version}\"/>"));
        all.extend([
            (Name::new(DAV, "supported-report-set"), reports.concat()),
            (Name::new(DAV, "sync-token"), escaped(&token)),
            (Name::new(SERVER, "getctag"), escaped(&token)),
            (Name::new(CARD, "supported-address-data"), kinds.concat()),
            (Name::new(CARD, "addressbook-description"), escaped(&name)),
        ]);
        Ok(all)
    }

    fn tell_card(&self, told: &mut Told, ask: &Ask, book: &Book, card: &Card) {
        let mut all = vec![
            (Name::new(DAV, "resourcetype"), String::new()),
            (Name::new(DAV, "getetag"), escaped(&card.tag)),
            (Name::new(DAV, "getcontenttype"), "text/vcard; charset=utf-8".into()),
            (Name::new(DAV, "getcontentlength"), card.text.len().to_string()),
        ];
        if ask.wants_cards() {
            all.push((Name::new(CARD, "address-data"), escaped(&card.text)));
        }
        self.tell(told, ask, &book.card_href(card.id), all);
    }

    /// What was asked for of what there is.
    fn tell(&self, told: &mut Told, ask: &Ask, href: &str, all: Vec<(Name, String)>) {
        if ask.only_names {
            let names: Vec<_> = all.into_iter().map(|(name, _)| (name, String::new())).collect();
            return told.of(href, &names, &[]);
        }
        let Some(names) = &ask.names else { return told.of(href, &all, &[]) };
        let found: Vec<_> = all.iter().filter(|(name, _)| names.contains(name)).cloned().collect();
        let missing: Vec<_> = names.iter().filter(|name| !all.iter().any(|(known, _)| known == *name)).cloned().collect();
        told.of(href, &found, &missing);
    }
}

fn href(address: &str) -> String {
    format!("<d:href>{}</d:href>", escaped(address))
}

fn several(told: Told) -> Response {
    (StatusCode::MULTI_STATUS, [(header::CONTENT_TYPE, xml::MIME)], told.done()).into_response()
}
