//! The frame of a person's pages, filled from the registry and the features: only what he may see.

use crate::cookie;
use crate::flash::Flash;
use crate::guard::Facts;
use crate::live;
use crate::state::{Feature, Nav, Place, Web};
use crate::ui::frame::Frame;
use crate::ui::layout::Bare;
use crate::ui::phone::{self, BottomBar};
use crate::ui::sidebar::{NavGroup, NavItem, Sidebar};
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::Tx;
use akrab_model::object::Scope;

/// Address of an object's list.
pub fn list_address(plural: &str) -> String {
    format!("/{plural}")
}

/// What the frame says that stands in the database.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    entries: Vec<Nav>,
    /// Unread notices, as the inbox counts them.
    unread: Option<String>,
}

impl Told {
    /// Reads it; what cannot be read is left out, so that no page fails for its frame.
    pub(crate) fn read(tx: &mut Tx, look: &Look, features: &[Feature]) -> Told {
        let mut entries: Vec<Nav> = features.iter().filter_map(|f| f.nav.as_ref()).flat_map(|nav| nav(tx, look)).collect();
        entries.extend(crate::view::nav(tx, look));
        entries.extend(crate::dashboard::nav(tx, look));
        entries.extend(crate::report::nav(tx, look));
        entries.extend(crate::approval::nav(tx, look));
        entries.extend(crate::process::nav(tx, look));
        entries.extend(crate::policy::nav(tx, look));
        entries.extend(crate::quality::nav(tx, look));
        let inbox = crate::inbox::nav(tx, look);
        let unread = inbox.item.count.clone();
        entries.push(inbox);
        Told { entries, unread }
    }
}

/// The frame with everything but the page's own content.
pub(crate) async fn framed(visit: &Visit, title: &str) -> Frame {
    let t = visit.t;
    let Told { entries: told, unread } = visit.told().await;
    let mut entries = objects(visit);
    entries.extend(told);
    entries.sort_by_key(|entry| entry.order);
    let here = visit.facts.path();
    Frame {
        t,
        theme: visit.theme(),
        title: title.to_string(),
        banner: crate::settings::see_as::banner(visit),
        sidebar: Sidebar {
            workspace: akrab_model::text::company::parse(&visit.settings.company).core,
            company: visit.settings.company.clone(),
            user: visit.person.name.clone(),
            user_menu: user_menu(visit),
            sign_out: "/sign-out".into(),
            search: "/search".into(),
            groups: groups(visit, entries),
            bottom: vec![NavItem::new("settings", t.get("settings"), "/settings").current(here.starts_with("/settings"))],
        },
        sidebar_folded: cookie::plain(&visit.facts.headers, "sidebar") == Some("folded"),
        bottom: bottom(visit, unread),
        csrf: visit.csrf.clone(),
        flash: Flash::read(&visit.web.config, &visit.facts.headers).map(|flash| flash.toast()),
        zone: visit.ctx.now.time_zone().iana_name().map(Into::into),
        single_keys: visit.person.single_keys,
        // whoever looks with other eyes is not seen, and hears nothing
        news: visit.seeing.is_none().then(|| live::ADDRESS.into()),
        go_keys: go_keys(visit),
        entry_keys: crate::record::teller::entry_keys(&visit.registry(), visit.lang()),
        create_href: Some("/create".into()),
        ..Frame::default()
    }
}

fn bottom(visit: &Visit, unread: Option<String>) -> BottomBar {
    let home = visit.web.home();
    BottomBar {
        home: (home.icon.into(), visit.t.get(home.name), home.href.into()),
        search: "/search".into(),
        create: "/create".into(),
        inbox: "/inbox".into(),
        unread,
        current: match visit.facts.path() {
            here if here == home.href => phone::Place::Home,
            "/search" => phone::Place::Search,
            "/inbox" => phone::Place::Inbox,
            _ => phone::Place::Menu,
        },
    }
}

fn user_menu(visit: &Visit) -> Vec<(String, String, String)> {
    let item = |icon: &str, key: &str, href: &str| (icon.to_string(), visit.t.get(key), href.to_string());
    vec![
        item("user-pen", "settings-profile", "/settings/profile"),
        item("key-round", "settings-security", "/settings/security"),
        item("list-checks", "jobs-title", "/jobs"),
    ]
}

/// Whether `address` is `item` or lies below it.
fn within(address: &str, item: &str) -> bool {
    address.strip_prefix(item).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

fn objects(visit: &Visit) -> Vec<Nav> {
    let rights = visit.rights();
    let registry = visit.registry();
    let readable = registry.objects().filter(|o| o.in_menu() && rights.scope(o, akrab_engine::Access::Read) != Scope::None);
    readable
        .map(|o| Nav {
            place: Place::Group(o.decl.group.clone()),
            order: o.decl.order,
            item: NavItem::new(&o.decl.icon, o.plural_label(visit.lang()), list_address(&o.plural)),
        })
        .collect()
}

fn groups(visit: &Visit, entries: Vec<Nav>) -> Vec<NavGroup> {
    let here = visit.facts.path();
    let address = visit.facts.address();
    let mut top = NavGroup::default();
    let mut favourites = NavGroup { label: visit.t.get("favourites"), order_url: Some("/favourites/order".into()), ..NavGroup::default() };
    let mut others: Vec<(String, NavGroup)> = Vec::new();
    for Nav { place, mut item, .. } in entries {
        item.current = within(here, &item.href) || item.href == address;
        match place {
            Place::Top => top.items.push(item),
            Place::Favourites => favourites.items.push(item),
            Place::Group(key) => match others.iter_mut().find(|(k, _)| *k == key) {
                Some((_, group)) => group.items.push(item),
                None => {
                    let label = visit.t.find(&format!("group-{key}"), &[]).unwrap_or_else(|| key.clone());
                    others.push((key, NavGroup { label, items: vec![item], order_url: None }));
                }
            },
        }
    }
    others.sort_by_key(|(key, _)| visit.web.place_of(key));
    let mut all = vec![top, favourites];
    all.extend(others.into_iter().map(|(_, group)| group));
    all.retain(|group| !group.items.is_empty());
    all
}

/// The search without words: what was opened last.
const RECENT: &str = "/search";

fn go_keys(visit: &Visit) -> Vec<(char, String)> {
    let rights = visit.rights();
    let mut keys = vec![('h', visit.web.home().href.to_string()), ('i', "/inbox".into()), ('r', RECENT.into())];
    for object in visit.registry().objects() {
        let key = object.decl.go_key.as_deref().and_then(|k| k.chars().next());
        if let Some(key) = key.filter(|_| rights.scope(object, akrab_engine::Access::Read) != Scope::None) {
            keys.push((key, list_address(&object.plural)));
        }
    }
    keys
}

/// A page before anybody is signed in, with the switches of language and theme.
pub(crate) fn bare(web: &Web, facts: &Facts, title: &str) -> Bare {
    let t = facts.guest_words();
    Bare {
        t,
        theme: facts.guest_theme(web),
        title: title.to_string(),
        csrf: facts.csrf(facts.cookie_user),
        flash: Flash::read(&web.config, &facts.headers).map(|flash| flash.toast()),
        foot: t.with("foot", &[("version", env!("CARGO_PKG_VERSION").into())]),
        languages: Some(("/guest/language/id".into(), "/guest/language/en".into())),
        language_form: None,
        theme_url: Some("/guest/theme".into()),
    }
}
