//! Templates of mails: made and tried in the settings, sent by flows in each person's language.

use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use akrab_engine::Door;
use akrab_engine::flow::Flow;
use axum::http::StatusCode;
use serde_json::json;

both!(
    /// An administrator writes a mail once, in both languages, sees what it makes of a record, and a flow sends it: to each
    /// person of the company in his language, to a customer in the company's.
    a_template_is_made_tried_and_sent,
    async |w: &Workspace| {
        let role = |key: &str| w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists");
        let (admin, siti) = (w.user("ratna", role("administrator"), None).await, w.user("siti", role("sales"), None).await);
        let english = map(json!({"language": "en"}));
        w.engine.update(&w.system(), "user", siti, english, None).await.expect("changed");
        let account = w.make("account", json!({"name": "Hotel Bumi", "owner": siti, "email": "halo@bumi.test"})).await;
        let mut browser = Browser::of(w, admin).await;
        assert!(browser.get("/settings/mail-templates").await.html.contains("Belum ada templat"));
        let first = browser.get("/settings/mail-templates/new").await.html;
        assert!(first.contains("/settings/mail-templates/new?object=account"), "{first}");
        let mut fields = vec![
            ("object", "account"),
            ("known", "0"),
            ("name_id", "Selamat datang"),
            ("name_en", "Welcome"),
            ("subject_id", "Selamat datang, {{name}}"),
            ("subject_en", "Welcome, {{name}}"),
            ("text_id", "Halo {{nama}},\n\nsalam dari {{owner.name}}."),
            ("text_en", "Hello {{name}},\n\ngreetings from {{owner.name}}."),
        ];
        let refused = browser.submit("/settings/mail-templates/new", &fields).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.html.contains("#f-text_id"), "{}", refused.html);
        fields[6].1 = "Halo {{name}},\n\nsalam dari {{owner.name}}.";
        let mut trying = fields.clone();
        trying.push(("try", "1"));
        let tried = browser.submit("/settings/mail-templates/new", &trying).await.html;
        assert!(tried.contains("Welcome, Hotel Bumi") && tried.contains("salam dari siti"), "{tried}");
        let made = browser.submit("/settings/mail-templates/new", &fields).await;
        assert_eq!((made.status, made.location.as_str()), (StatusCode::SEE_OTHER, "/settings/mail-templates/welcome"), "{}", made.html);

        let flow = |template: &str| -> Flow {
            let to = json!([{"who": "owner"}, {"field": "email"}]);
            let steps = json!([{"key": "m", "do": "mail", "to": to, "template": template}]);
            let flow = json!({"name": {"id": "Sambut", "en": "Greet"}, "object": "account", "trigger": {"on": "button"}, "steps": steps});
            serde_json::from_value(flow).expect("a flow")
        };
        let ctx = w.of(admin, Door::Page);
        let (wrong, right) = (flow("nowhere"), flow("welcome"));
        let publish = move |tx: &mut akrab_engine::Tx| {
            let key = tx.flow_make(&wrong, None)?;
            tx.flow_publish(&key).map(drop)
        };
        let refused = w.engine.write(&ctx, publish).await.expect_err("no such template");
        assert_eq!(refused.fields[0].code, "flow_template_unknown");
        let publish = move |tx: &mut akrab_engine::Tx| {
            let key = tx.flow_make(&right, None)?;
            tx.flow_publish(&key)?;
            Ok(key)
        };
        let key = w.engine.write(&ctx, publish).await.expect("published");
        let page = browser.get("/settings/mail-templates/welcome").await.html;
        assert!(page.contains(&format!("/settings/flows/{key}")), "it says who uses it: {page}");
        assert!(browser.get(&format!("/settings/flows/{key}?step=m")).await.html.contains("/settings/mail-templates/welcome"));
        // taken out of use it is offered no more, and goes on where it is used
        assert_eq!(browser.submit("/settings/mail-templates/welcome/retire", &[("on", "1")]).await.status, StatusCode::SEE_OTHER);
        let pressed = browser.submit(&format!("/accounts/{account}/flows/{key}"), &[]).await;
        assert!(pressed.status.is_redirection() || pressed.status.is_success(), "{}", pressed.html);
        w.engine.flow_drain().await.expect("flows go");
        let carrier = w.engine.carriers().iter().find(|c| c.queue() == "flow_mail").expect("a carrier").clone();
        akrab_engine::work::Porter::new(&w.engine, carrier).drain().await.expect("sent");
        let mut told: Vec<(String, String, bool)> = Vec::new();
        for n in 0..w.mails() {
            let mail = w.mail(n).await;
            told.push((mail.to.clone(), mail.subject.clone(), mail.text.contains("siti")));
        }
        told.sort();
        let wanted = [("halo@bumi.test", "Selamat datang, Hotel Bumi"), ("siti@contoh.test", "Welcome, Hotel Bumi")];
        assert_eq!(told, wanted.map(|(to, subject)| (to.to_string(), subject.to_string(), true)));
        let mut guest = Browser::of(w, siti).await;
        assert_eq!(guest.get("/settings/mail-templates").await.status, StatusCode::FORBIDDEN);
        assert_eq!(guest.submit("/settings/mail-templates/welcome", &fields).await.status, StatusCode::FORBIDDEN);
    }
);
