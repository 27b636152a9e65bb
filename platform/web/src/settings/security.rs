//! Password, second factor, passkeys, providers, signed-in devices, API tokens of the person.

mod link;
mod passkey;

use super::{Errors, faults, frame, once, show};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::locale::Text;
use crate::route::{Router, get, post};
use crate::sign_in::{differ, new_password};
use crate::ui::button::Button;
use crate::ui::element::drawing;
use crate::ui::form::{self, Row, error_summary};
use crate::ui::frame::content;
use crate::ui::input::{self, Input};
use crate::ui::setting::setting;
use crate::ui::table::plain_table;
use crate::ui::tag::{Tone, tag, tag_toned};
use crate::visit::Visit;
use akrab_engine::identity::{Enrolment, Session, Token};
use akrab_model::Problem;
use axum::extract::Path;
use jiff::Timestamp;
use maud::{Markup, html};
use qrcode::QrCode;
use qrcode::render::svg;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/security", get(page))
        .route("/settings/security/password", post(change_password))
        .route("/settings/security/tokens/end", post(end_tokens))
        .route("/settings/security/totp", post(begin_totp))
        .route("/settings/security/totp/confirm", post(confirm_totp))
        .route("/settings/security/totp/off", post(drop_totp))
        .route("/settings/security/sessions/end", post(end_others))
        .route("/settings/security/sessions/{id}/end", post(end_session))
        .route("/settings/security/tokens", post(add_token))
        .route("/settings/security/address-book", post(add_book))
        .route("/settings/security/tokens/{id}/end", post(end_token))
        .merge(passkey::routes())
        .merge(link::routes())
}

/// What the page shows once and never again, and faults by section.
#[derive(Default)]
struct Extra {
    enrolment: Option<Enrolment>,
    /// The first code is still to be typed.
    confirming: bool,
    /// What was typed into a refused form of a token.
    typed: Option<Fields>,
    recovery: Vec<String>,
    token: Option<String>,
    /// The password of an address book.
    book: Option<String>,
    password: Errors,
    totp: Errors,
    passkeys: Errors,
    tokens: Errors,
}

impl Extra {
    fn faulty(&self) -> bool {
        [&self.password, &self.totp, &self.passkeys, &self.tokens].iter().any(|e| !e.is_empty())
    }
}

async fn page(visit: Visit) -> Reply {
    // devices and tokens of somebody else are nobody's business
    if visit.seeing.is_some() {
        return Err(Problem::new(akrab_model::problem::ProblemKind::Forbidden, "seeing_as").into());
    }
    draw(&visit, Extra::default()).await
}

async fn draw(visit: &Visit, extra: Extra) -> Reply {
    let t = visit.t;
    let (on, left) = visit.engine().totp_state(visit.person.id).await?;
    let sessions = visit.engine().sessions(visit.person.id).await?;
    let tokens = visit.engine().tokens(visit.person.id).await?;
    let (passkeys, providers) = visit.read(|tx| Ok((tx.passkeys()?, tx.oidc_own()?))).await?;
    let frame = frame(visit, &t.get("settings-security")).await;
    let body = html! {
        (setting(&t.get("password"), &t.get("password-text"), false, password_form(visit, &extra.password, tokens.len())))
        (setting(&t.get("totp"), &t.get("totp-text"), false, totp_part(visit, on, left, &extra)))
        (setting(&t.get("passkeys"), &t.get("passkeys-text"), true, passkey::part(visit, &passkeys, &extra.passkeys)))
        @if !providers.is_empty() { (setting(&t.get("identities"), &t.get("identities-text"), true, link::part(visit, &providers))) }
        (setting(&t.get("sessions"), &t.get("sessions-text"), true, session_part(visit, &sessions)))
        (setting(&t.get("dav-title"), &t.get("dav-text"), true, book_part(visit, extra.book.as_deref())))
        (setting(&t.get("tokens"), &t.get("tokens-text"), true, token_part(visit, &tokens, &extra)))
    };
    show(visit, &frame, content(false, body), extra.faulty()).await
}

fn moment(visit: &Visit, micros: i64) -> String {
    let time = Timestamp::from_microsecond(micros).unwrap_or_default().to_zoned(visit.ctx.now.time_zone().clone());
    time.strftime(if visit.lang() == "id" { "%d/%m/%Y %H.%M" } else { "%d/%m/%Y %H:%M" }).to_string()
}

/// What is wrong with one field.
fn fault_of(errors: &Errors, field: &str) -> String {
    errors.iter().find(|(name, _)| name == field).map(|(_, words)| words.clone()).unwrap_or_default()
}

fn current_password(t: Text, errors: &Errors) -> Markup {
    form::row(t, &Row::new(t.get("password-current")).error(fault_of(errors, "current")), Input::new("current", "").required(true), |i| {
        input::password(t, i, "current-password")
    })
}

fn password_form(visit: &Visit, errors: &Errors, tokens: usize) -> Markup {
    let t = visit.t;
    html! {
        form.ak-stack.ak-content-narrow method="post" action="/settings/security/password" {
            (visit.token_field())
            (error_summary(t, errors))
            (current_password(t, errors))
            (new_password(t, errors))
            @if tokens > 0 { (input::checkbox("tokens", "1", &t.with("password-tokens", &[("n", tokens.into())]), false)) }
            div { (Button::new(t.get("password-change")).submit()) }
        }
    }
}

async fn change_password(visit: Visit, fields: Fields) -> Reply {
    let (new, repeat) = (fields.get("password").unwrap_or(""), fields.get("repeat").unwrap_or(""));
    let engine = visit.engine();
    let done = match engine.confirm_password(visit.person.id, fields.get("current").unwrap_or("")).await {
        Err(problem) => Err(problem),
        Ok(()) => match differ(new, repeat) {
            Some(problem) => Err(problem),
            None => engine.set_password_except(&visit.ctx, visit.person.id, new, Some(&visit.session.id)).await,
        },
    };
    match done {
        Ok(()) => {
            if fields.ticked("tokens") {
                engine.end_tokens(&visit.ctx, visit.person.id).await?;
            }
            // a token opens the data without any password
            let words = match engine.tokens(visit.person.id).await?.len() {
                0 => visit.t.get("password-changed"),
                n => visit.t.with("password-changed-tokens", &[("n", n.into())]),
            };
            visit.go("/settings/security", Flash::ok(words))
        }
        Err(problem) => draw(&visit, Extra { password: faults(&visit, problem)?, ..Extra::default() }).await,
    }
}

/// The address as a picture an authenticator scans.
fn qr(url: &str) -> Markup {
    let drawn =
        QrCode::new(url.as_bytes()).map(|code| code.render::<svg::Color<'_>>().min_dimensions(180, 180).build()).unwrap_or_default();
    drawing(&drawn)
}

fn totp_part(visit: &Visit, on: bool, left: i64, extra: &Extra) -> Markup {
    let t = visit.t;
    html! {
        (error_summary(t, &extra.totp))
        @if !extra.recovery.is_empty() {
            div.ak-notice data-tone="warn" role="alert" { (t.get("recovery-keep")) }
            ul.ak-mono.ak-codes { @for code in &extra.recovery { li { (code) } } }
            (keep_codes(t, &extra.recovery))
        }
        @if let Some(enrolment) = &extra.enrolment {
            p { (t.get("totp-scan")) }
            div.ak-qr role="img" aria-label=(t.get("totp-qr")) { (qr(&enrolment.url)) }
            p.ak-text-13 { (t.get("totp-type")) br; code.ak-mono data-copy-source { (enrolment.secret) } }
            (confirm_form(visit, &extra.totp))
        } @else if extra.confirming {
            (confirm_form(visit, &extra.totp))
        } @else if on {
            p { (tag_toned(&t.get("on"), Tone::Ok)) " " (t.with("recovery-left", &[("n", left.into())])) }
            form.ak-stack.ak-content-narrow method="post" action="/settings/security/totp/off" {
                (visit.token_field())
                (current_password_again(t, "totp-off-password", &extra.totp))
                div { (Button::new(t.get("totp-off")).danger().submit()) }
            }
        } @else {
            form.ak-stack.ak-content-narrow method="post" action="/settings/security/totp" {
                (visit.token_field())
                (current_password_again(t, "totp-on-password", &extra.totp))
                div { (Button::new(t.get("totp-on")).submit()) }
            }
        }
    }
}

/// Copies the codes or keeps them as a file; both without another visit to the server.
fn keep_codes(t: Text, codes: &[String]) -> Markup {
    let text = codes.join("\n") + "\n";
    let file = format!("data:text/plain;charset=utf-8,{}", crate::fail::encode(&text));
    html! {
        div.ak-row.ak-gap-8 {
            (Button::new(t.get("copy")).icon("copy").attr("data-copy", text))
            (Button::new(t.get("recovery-download")).icon("download").href(file).attr("download", t.get("recovery-file")))
        }
    }
}

fn confirm_form(visit: &Visit, errors: &Errors) -> Markup {
    let t = visit.t;
    let code = Input::new("code", "").required(true).attr("autocomplete", "one-time-code");
    let code = code.attr("inputmode", "numeric").attr("maxlength", "8");
    html! {
        form.ak-stack.ak-content-narrow method="post" action="/settings/security/totp/confirm" {
            (visit.token_field())
            (form::row(t, &Row::new(t.get("code")).error(fault_of(errors, "code")), code, input::text))
            div { (Button::new(t.get("totp-confirm")).primary().submit()) }
        }
    }
}

/// A second field of the same name on the page needs an id of its own.
fn current_password_again(t: Text, id: &str, errors: &Errors) -> Markup {
    let field = Input { id: id.into(), ..Input::new("current", "") }.required(true);
    form::row(t, &Row::new(t.get("password-current")).error(fault_of(errors, "current")), field, |i| {
        input::password(t, i, "current-password")
    })
}

async fn begin_totp(visit: Visit, fields: Fields) -> Reply {
    let engine = visit.engine();
    let begun = match engine.confirm_password(visit.person.id, fields.get("current").unwrap_or("")).await {
        Ok(()) => engine.enrol_totp(visit.person.id).await,
        Err(problem) => Err(problem),
    };
    let extra = match begun {
        Ok(enrolment) => Extra { enrolment: Some(enrolment), ..Extra::default() },
        Err(problem) => Extra { totp: faults(&visit, problem)?, ..Extra::default() },
    };
    draw(&visit, extra).await
}

async fn confirm_totp(visit: Visit, fields: Fields) -> Reply {
    let extra = match visit.engine().confirm_totp(visit.person.id, fields.text("code")).await {
        Ok(recovery) => Extra { recovery, ..Extra::default() },
        // whoever mistypes has scanned already
        Err(problem) => Extra { confirming: problem.code != "totp_in_use", totp: faults(&visit, problem)?, ..Extra::default() },
    };
    draw(&visit, extra).await
}

async fn drop_totp(visit: Visit, fields: Fields) -> Reply {
    let engine = visit.engine();
    match engine.confirm_password(visit.person.id, fields.get("current").unwrap_or("")).await {
        Ok(()) => {
            engine.drop_totp(&visit.ctx, visit.person.id).await?;
            visit.go("/settings/security", Flash::ok(visit.t.get("totp-dropped")))
        }
        Err(problem) => draw(&visit, Extra { totp: faults(&visit, problem)?, ..Extra::default() }).await,
    }
}

/// "Firefox, Windows" from what the browser calls itself.
pub(crate) fn device(t: Text, agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.into(),
        (None, None) => t.get("unknown-device"),
    }
}

fn session_part(visit: &Visit, sessions: &[Session]) -> Markup {
    let t = visit.t;
    let heads = [t.get("device"), t.get("ip-address"), t.get("signed-in-at"), t.get("last-used"), String::new()];
    let heads: Vec<_> = heads.iter().map(|h| (h.as_str(), false, None)).collect();
    let rows: Vec<Vec<Markup>> = sessions
        .iter()
        .map(|s| {
            let own = s.id == visit.session.id;
            vec![
                html! { (device(t, &s.agent)) @if own { " " (tag(&t.get("this-device"))) } },
                html! { span.ak-mono { (s.ip) } },
                html! { (moment(visit, s.created_at)) },
                html! { (moment(visit, s.used_at)) },
                html! { @if !own { form method="post" action={ "/settings/security/sessions/" (s.id) "/end" } { (visit.token_field()) (Button::new(t.get("session-end")).ghost().submit()) } } },
            ]
        })
        .collect();
    html! {
        (plain_table(&t.get("sessions"), &heads, &rows, None))
        @if sessions.len() > 1 {
            form method="post" action="/settings/security/sessions/end" { (visit.token_field()) (Button::new(t.get("sessions-end")).danger().submit()) }
        }
    }
}

async fn end_session(visit: Visit, Path(id): Path<String>) -> Reply {
    visit.engine().end_session(&visit.ctx, visit.person.id, &id).await?;
    visit.go("/settings/security", Flash::ok(visit.t.get("session-end-done")))
}

async fn end_others(visit: Visit) -> Reply {
    visit.engine().end_sessions(&visit.ctx, visit.person.id, Some(&visit.session.id)).await?;
    visit.go("/settings/security", Flash::ok(visit.t.get("session-end-done")))
}

fn token_part(visit: &Visit, tokens: &[Token], extra: &Extra) -> Markup {
    let t = visit.t;
    let heads = [t.get("token-name"), t.get("token-scope"), t.get("token-hint"), t.get("token-expires"), t.get("last-used"), String::new()];
    let heads: Vec<_> = heads.iter().map(|h| (h.as_str(), false, None)).collect();
    let rows: Vec<Vec<Markup>> = tokens
        .iter()
        .map(|k| {
            vec![
                html! { (k.name) },
                html! { (t.get(if k.read_only { "token-read" } else { "token-write" })) },
                html! { span.ak-mono { (k.hint) "…" } },
                html! { (k.expires_at.map_or_else(|| t.get("never"), |at| moment(visit, at))) },
                html! { (k.used_at.map_or_else(|| "—".to_string(), |at| moment(visit, at))) },
                html! { form method="post" action={ "/settings/security/tokens/" (k.id) "/end" } { (visit.token_field()) (Button::new(t.get("token-end")).ghost().submit()) } },
            ]
        })
        .collect();
    let scopes = [("read".to_string(), t.get("token-read")), ("write".to_string(), t.get("token-write"))];
    let lives = ["30", "90", "365", ""]
        .map(|days| (days.to_string(), days.parse::<i64>().map_or_else(|_| t.get("never"), |n| t.with("days", &[("n", n.into())]))));
    // a refused form stands as it was typed
    let typed = |name: &str, fresh: &'static str| extra.typed.as_ref().map_or(fresh, |fields| fields.text(name));
    html! {
        (error_summary(t, &extra.tokens))
        @if let Some(token) = &extra.token {
            (once(visit, "token-once", token, "/settings/security"))
        }
        @if !tokens.is_empty() { (plain_table(&t.get("tokens"), &heads, &rows, None)) }
        @if tokens.len() > 1 {
            form method="post" action="/settings/security/tokens/end" { (visit.token_field()) (Button::new(t.get("tokens-end")).danger().submit()) }
        }
        form.ak-stack.ak-content-narrow method="post" action="/settings/security/tokens" {
            (visit.token_field())
            (form::row(t, &Row::new(t.get("token-name")).hint(t.get("token-name-hint")).error(fault_of(&extra.tokens, "name")), Input::new("name", typed("name", "")).required(true).attr("maxlength", "100"), input::text))
            (form::row(t, &Row::new(t.get("token-scope")), Input::new("scope", typed("scope", "read")), |i| input::select(i, &scopes)))
            (form::row(t, &Row::new(t.get("token-expires")).error(fault_of(&extra.tokens, "days")), Input::new("days", typed("days", "90")), |i| input::select(i, &lives)))
            div { (Button::new(t.get("token-add")).submit()) }
        }
    }
}

/// What a telephone has to be told.
fn book_part(visit: &Visit, password: Option<&str>) -> Markup {
    let t = visit.t;
    let email = visit.engine().people().user(visit.person.id).map(|p| p.email.clone()).unwrap_or_default();
    let address = format!("{}/dav/", visit.web.config.link_base().trim_end_matches('/'));
    let mut facts = vec![(t.get("dav-address"), address), (t.get("dav-user"), email)];
    facts.extend(password.map(|password| (t.get("dav-password"), password.to_string())));
    html! {
        @if password.is_some() { div.ak-notice data-tone="warn" role="alert" { (t.get("dav-made")) } }
        dl.ak-error-facts {
            @for (name, value) in &facts {
                div { dt { (name) } dd.ak-row.ak-gap-4 { code.ak-mono { (value) } (Button::only_icon("copy", t.get("copy")).ghost().attr("data-copy", value.clone())) } }
            }
        }
        @if password.is_none() {
            form method="post" action="/settings/security/address-book" { (visit.token_field()) (Button::new(t.get("dav-make")).icon("key-round").submit()) }
        }
    }
}

async fn add_book(visit: Visit) -> Reply {
    let name = visit.t.get("dav-name");
    let made = visit.engine().token_add(&visit.ctx, visit.person.id, &name, true, None).await?;
    draw(&visit, Extra { book: Some(made), ..Extra::default() }).await
}

async fn add_token(visit: Visit, fields: Fields) -> Reply {
    let days = Some(fields.text("days")).filter(|d| !d.is_empty()).map(str::parse::<i64>).transpose();
    let days = days.map_err(|_| Problem::malformed("bad_form"))?;
    let read_only = fields.text("scope") != "write";
    let extra = match visit.engine().token_add(&visit.ctx, visit.person.id, fields.text("name"), read_only, days).await {
        Ok(token) => Extra { token: Some(token), ..Extra::default() },
        Err(problem) => Extra { tokens: faults(&visit, problem)?, typed: Some(fields), ..Extra::default() },
    };
    draw(&visit, extra).await
}

async fn end_token(visit: Visit, Path(id): Path<String>) -> Reply {
    visit.engine().end_token(&visit.ctx, visit.person.id, &id).await?;
    visit.go("/settings/security", Flash::ok(visit.t.get("token-ended")))
}

async fn end_tokens(visit: Visit) -> Reply {
    visit.engine().end_tokens(&visit.ctx, visit.person.id).await?;
    visit.go("/settings/security", Flash::ok(visit.t.get("tokens-ended")))
}
