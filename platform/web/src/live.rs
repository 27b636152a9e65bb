//! What others do, told to an open page as server-sent events: a list or record that changed, somebody at
//! the same record, something new in the inbox. A page without script is simply loaded again.

use crate::fail::{Fail, Reply};
use crate::route::{Router, get};
use crate::ui::avatar;
use crate::ui::frame::Frame;
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::live::Happened;
use akrab_model::problem::ProblemKind;
use akrab_model::{Problem, RecordId};
use axum::extract::Query;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use maud::html;
use serde::Deserialize;
use serde_json::json;
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior};

/// Where a page hears of it.
pub const ADDRESS: &str = "/live";
/// The page is told that it is heard, and the person is looked up again, so often.
const BEAT: Duration = Duration::from_secs(20);
/// A browser asks anew after so long: with the rights and the program of that time.
const LONGEST: Duration = Duration::from_secs(600);
/// And so soon after the line broke off.
const AGAIN: Duration = Duration::from_secs(3);
/// Browsers pass over an event that carries nothing.
const SOMETHING: &str = "1";
/// Open pages of one person, in this process.
const PAGES: usize = 20;
/// Open pages of everybody, in this process: others must still get a connection.
const ALL_PAGES: usize = 2_000;

/// Addresses of the news.
#[inline(always)]
pub fn routes() -> Router {
    Router::new().route(ADDRESS, get(listen))
}

/// The page of this frame shows records of an object (`contact`), or one of them (`contact/17`).
pub fn on(frame: &mut Frame, what: &str) {
    frame.news = frame.news.take().map(|_| format!("{ADDRESS}?on={what}"));
}

/// The pages that listen now.
pub struct Streams {
    /// Person → how many.
    pages: Mutex<HashMap<i64, usize>>,
    closed: watch::Sender<bool>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { pages: Mutex::default(), closed: watch::channel(false).0 }
    }
}

impl Streams {
    /// Ends all of them; the browsers ask again.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    fn enter(self: &Arc<Self>, person: i64) -> Result<Place, Fail> {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.values().sum::<usize>() >= ALL_PAGES || pages.get(&person).is_some_and(|own| *own >= PAGES) {
            return Err(Problem::new(ProblemKind::Limited, "too_many_pages").into());
        }
        *pages.entry(person).or_default() += 1;
        Ok(Place { streams: self.clone(), person })
    }
}

/// One page's place among them.
struct Place {
    streams: Arc<Streams>,
    person: i64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut pages = self.streams.pages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = pages.get_mut(&self.person) {
            *own -= 1;
            if *own == 0 {
                pages.remove(&self.person);
            }
        }
    }
}

#[derive(Deserialize)]
struct Asked {
    /// `contact`, or `contact/17`.
    on: Option<String>,
}

/// What a page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Sight {
    Nothing,
    List(String),
    Record(String, RecordId),
}

/// `GET /live`
async fn listen(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    let sight = sight(&visit, asked.on.as_deref()).await?;
    if visit.seeing.is_some() {
        return Err(Problem::not_found().into());
    }
    let place = visit.web.streams.enter(visit.person.id)?;
    let ear = visit.engine().listen().await?;
    let mut beat = tokio::time::interval_at(Instant::now() + BEAT, BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let bytes: [u8; 9] = visit.engine().random();
    let page: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let closed = visit.web.streams.closed.subscribe();
    let mut line = Line {
        sight,
        ear,
        beat,
        until: Instant::now() + LONGEST,
        closed,
        page,
        unread: None,
        here: Vec::new(),
        waiting: VecDeque::from([Event::default().event("hello").retry(AGAIN).data(SOMETHING)]),
        visit,
        _place: place,
    };
    line.begin().await?;
    let events = stream::unfold(line, async |mut line| line.next().await.map(|event| (Ok::<_, Infallible>(event), line)));
    Ok(unbuffered(Sse::new(events).keep_alive(KeepAlive::new().interval(BEAT)).into_response()))
}

/// Proxies that gather answers would hold the news back.
fn unbuffered(mut response: Response) -> Response {
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    response
}

/// What is asked for, as far as the person may see it.
async fn sight(visit: &Visit, on: Option<&str>) -> Result<Sight, Fail> {
    let Some(on) = on else { return Ok(Sight::Nothing) };
    let Some((object, id)) = on.split_once('/') else { return Ok(Sight::List(visit.object(on)?.key.clone())) };
    let object = visit.object(object)?.key.clone();
    let id: RecordId = id.parse().map_err(|_| Problem::not_found())?;
    let own = object.clone();
    visit.engine().read(&visit.ctx, move |tx| tx.get(&own, id).map(drop)).await?;
    Ok(Sight::Record(object, id))
}

/// One page's line.
struct Line {
    visit: Visit,
    sight: Sight,
    ear: Receiver<Arc<Happened>>,
    beat: Interval,
    until: Instant,
    closed: watch::Receiver<bool>,
    /// Name of the open page among those of the person.
    page: String,
    /// Said last.
    unread: Option<usize>,
    here: Vec<String>,
    /// Still to be said.
    waiting: VecDeque<Event>,
    _place: Place,
}

/// What a line is woken by.
enum Turn {
    Beat,
    Heard(Arc<Happened>),
}

impl Line {
    async fn begin(&mut self) -> Result<(), Fail> {
        self.unread = Some(self.visit.engine().read(&self.visit.ctx, |tx| tx.unread()).await?);
        self.arrive().await?;
        self.look_around().await?;
        Ok(())
    }

    /// The next thing to say; none when the line ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            let turn = tokio::select! {
                _ = self.closed.wait_for(|closed| *closed) => None,
                () = tokio::time::sleep_until(self.until) => None,
                _ = self.beat.tick() => Some(Turn::Beat),
                heard = self.ear.recv() => match heard {
                    Ok(happened) => Some(Turn::Heard(happened)),
                    // too much at once to hear it all
                    Err(RecvError::Lagged(_)) => Some(Turn::Heard(Arc::new(Happened { flood: true, ..Happened::default() }))),
                    Err(RecvError::Closed) => None,
                },
            };
            let done = match turn? {
                Turn::Beat => self.renew().await,
                Turn::Heard(happened) => self.hear(&happened).await,
            };
            // the browser asks again, and is told what is the matter then
            done.ok()?;
        }
    }

    /// Whoever was locked or signed out meanwhile hears no more.
    async fn renew(&mut self) -> Result<(), Fail> {
        let found = Visit::find(&self.visit.web, &self.visit.facts).await?;
        self.visit = found.filter(|visit| visit.seeing.is_none()).ok_or_else(Problem::forbidden)?;
        self.arrive().await?;
        self.look_around().await?;
        self.count().await
    }

    async fn arrive(&self) -> Result<(), Fail> {
        if let Sight::Record(object, id) = &self.sight {
            self.visit.engine().arrive(&self.visit.ctx, object, *id, &self.page).await?;
        }
        Ok(())
    }

    async fn hear(&mut self, happened: &Happened) -> Result<(), Fail> {
        if happened.told.contains(&self.visit.person.id) {
            self.count().await?;
        }
        let own = self.visit.person.id;
        let others = || happened.records.iter().filter(|stirred| stirred.actor != Some(own));
        match self.sight.clone() {
            Sight::Nothing => {}
            Sight::List(object) => {
                if happened.flood || others().any(|stirred| stirred.object == object) {
                    self.waiting.push_back(Event::default().event("list").data(SOMETHING));
                }
            }
            Sight::Record(object, id) => {
                if happened.presence.as_ref().is_some_and(|(key, record)| *key == object && *record == id) {
                    self.look_around().await?;
                }
                let mut by: Vec<Option<i64>> =
                    others().filter(|stirred| stirred.object == object && stirred.record == id).map(|stirred| stirred.actor).collect();
                by.dedup();
                if by.is_empty() && !happened.flood {
                    return Ok(());
                }
                let key = object.clone();
                // out of sight by now: the page shows what it shows, and its next request tells
                if self.visit.engine().read(&self.visit.ctx, move |tx| tx.get(&key, id).map(drop)).await.is_ok() {
                    self.waiting.push_back(Event::default().event("record").data(self.changed(&by)));
                }
            }
        }
        Ok(())
    }

    /// "Siti Aminah baru saja mengubah data ini."
    fn changed(&self, by: &[Option<i64>]) -> String {
        let t = self.visit.t;
        let people = self.visit.engine().people();
        let names: Vec<String> = by.iter().flatten().filter_map(|id| people.name(*id)).collect();
        let who = if names.is_empty() { t.get("record-by-system") } else { names.join(", ") };
        t.with("live-changed", &[("who", who.into())])
    }

    /// Who else has the record in front of him, when that is news.
    async fn look_around(&mut self) -> Result<(), Fail> {
        let Sight::Record(object, id) = &self.sight else { return Ok(()) };
        let here = self.visit.engine().present(&self.visit.ctx, object, *id).await?;
        if here == self.here {
            return Ok(());
        }
        let t = self.visit.t;
        let words = |name: &str| t.with("live-here", &[("who", name.into())]);
        let faces = html! { @for name in &here { span title=(words(name)) { (avatar::person(name, 24)) span.ak-sr { (words(name)) } } } };
        self.waiting.push_back(Event::default().event("here").data(json!({ "faces": faces.into_string() }).to_string()));
        self.here = here;
        Ok(())
    }

    /// How much waits in the inbox, when that has changed, and what came last.
    async fn count(&mut self) -> Result<(), Fail> {
        let look = self.visit.look();
        let (unread, newest) = self.visit.engine().read(&self.visit.ctx, |tx| Ok((tx.unread()?, tx.notices(None, true, 1)?))).await?;
        let before = self.unread.replace(unread);
        if before == Some(unread) {
            return Ok(());
        }
        let said = newest.notices.first().filter(|_| before.is_some_and(|n| n < unread)).and_then(|notice| said(&look, notice));
        self.waiting.push_back(Event::default().event("inbox").data(json!({ "unread": unread, "said": said }).to_string()));
        Ok(())
    }
}

/// What deserves a word beside the number: a mention, and work handed over.
fn said(look: &Look, notice: &akrab_engine::Notice) -> Option<String> {
    let loud = matches!(notice.kind.as_str(), "mention" | "assigned");
    let who = notice.actor.clone().unwrap_or_else(|| look.t.get("record-by-system"));
    let object = notice.source.object.label(look.key());
    let done = look.t.with(&format!("inbox-{}", notice.kind), &[("object", object.into())]);
    loud.then(|| format!("{who} {done} {}", notice.source.title()))
}

impl Drop for Line {
    fn drop(&mut self) {
        let Sight::Record(object, id) = self.sight.clone() else { return };
        let (engine, ctx, page) = (self.visit.engine().clone(), self.visit.ctx.clone(), self.page.clone());
        // without a runtime the program is ending
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { engine.leave(&ctx, &object, id, &page).await });
        }
    }
}
