//! Assistants at `/mcp`, with the protocol's own client, and who may come in.

use crate::child::{Script, serve};
use crate::hidden::person;
use crate::workspace::{Workspace, both, map};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use serde_json::{Value as Json, json};
use tower::ServiceExt;

/// One request of the protocol, sent by hand.
async fn send(w: &Workspace, headers: &[(&str, &str)], body: Json) -> (u16, HeaderMap, Json) {
    let mut request =
        Request::post("/mcp").header("content-type", "application/json").header("accept", "application/json, text/event-stream");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = w.http().oneshot(request.body(Body::from(body.to_string())).expect("a request")).await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let bytes = to_bytes(answer.into_body(), 4 << 20).await.expect("a body");
    (status, headers, serde_json::from_slice(&bytes).unwrap_or_default())
}

fn call(tool: &str, arguments: Json) -> Json {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})
}

async fn token(w: &Workspace, user: i64, read_only: bool) -> String {
    w.engine.token_add(&w.system(), user, "asisten", read_only, None).await.expect("a token")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assistant_works_with_the_rights_of_its_person() {
    let Some(mut assistant) = Script::start("mcp.mjs", "@modelcontextprotocol/sdk") else { return };
    let w = Workspace::sqlite(&[]).await;
    let siti = person(
        &w,
        "siti",
        json!({"contact": {"read": "own", "fields": {"phone": "hidden"}}, "account": {"read": "none"}, "user": {"read": "all"}}),
    )
    .await;
    let other = w.make("contact", json!({"name": "Punya Orang", "phone": "0812-1111-2222"})).await;
    let host = serve(&w).await;
    let begun = assistant.ask(json!({"url": format!("http://{host}/mcp"), "token": token(&w, siti, false).await})).await;
    assert_eq!(begun["server"], "akrab");
    assert!(begun["instructions"].as_str().is_some_and(|text| text.contains("list_objects")), "{begun}");
    let tools = assistant.ask(json!({"method": "tools"})).await;
    let hints = |name: &str| {
        tools.as_array().into_iter().flatten().find(|t| t["name"] == name).map(|t| t["annotations"].clone()).unwrap_or_default()
    };
    assert_eq!(hints("list_records")["readOnlyHint"], true);
    assert_eq!((&hints("create_record")["readOnlyHint"], &hints("create_record")["destructiveHint"]), (&json!(false), &json!(false)));
    assert_eq!(hints("update_record")["destructiveHint"], true);
    let mut run = async |tool: &str, arguments: Json| {
        let answer = assistant.ask(json!({"tool": tool, "arguments": arguments})).await;
        let text = answer["content"][0]["text"].as_str().unwrap_or_default();
        (answer["isError"] == true, serde_json::from_str::<Json>(text).unwrap_or(answer.clone()))
    };
    let (_, objects) = run("list_objects", json!({})).await;
    let named: Vec<&str> = objects["objects"].as_array().into_iter().flatten().filter_map(|o| o["object"].as_str()).collect();
    assert!(named.contains(&"contacts") && !named.contains(&"accounts"), "{named:?}");
    let (_, described) = run("describe_object", json!({"object": "contacts"})).await;
    let fields: Vec<&str> = described["fields"].as_array().into_iter().flatten().filter_map(|f| f["field"].as_str()).collect();
    assert!(fields.contains(&"job_title") && !fields.contains(&"phone"), "{fields:?}");
    let made = run("create_record", json!({"object": "contacts", "values": {"name": "Ratna Sari", "owner": siti}, "key": "satu"})).await.1;
    let id = made["id"].as_i64().expect("a record");
    let again = run("create_record", json!({"object": "contacts", "values": {"name": "Ratna Sari", "owner": siti}, "key": "satu"})).await.1;
    assert_eq!(again["id"], id, "once");
    let changed =
        run("update_record", json!({"object": "contacts", "id": id, "values": {"job_title": "Kepala Gudang"}, "version": 1})).await.1;
    assert_eq!((&changed["job_title"], &changed["version"]), (&json!("Kepala Gudang"), &json!(2)));
    let (stale, told) = run("update_record", json!({"object": "contacts", "id": id, "values": {"job_title": "Lain"}, "version": 1})).await;
    assert!(stale && told["code"] == "stale", "{told}");
    let filter = json!({"field": "job_title", "op": "contains", "value": "gudang"});
    let listed = run("list_records", json!({"object": "contacts", "filter": filter, "columns": ["name"]})).await.1;
    assert_eq!((listed["count"].as_i64(), &listed["data"][0]["name"]), (Some(1), &json!("Ratna Sari")), "{listed}");
    let all = run("list_records", json!({"object": "contacts"})).await.1.to_string();
    assert!(!all.contains("Punya Orang") && !all.contains("0812"), "{all}");
    let (missing, told) = run("get_record", json!({"object": "contacts", "id": other})).await;
    assert!(missing && told["code"] == "not_found", "out of sight: {told}");
    let (unknown, told) = run("list_records", json!({"object": "accounts"})).await;
    assert!(unknown, "{told}");
    let (faulty, told) =
        run("list_records", json!({"object": "contacts", "filter": {"field": "phone", "op": "contains", "value": "0812"}})).await;
    assert!(faulty && told["errors"][0]["code"] == "filter_unknown_field", "a hidden field does not exist: {told}");
    let (faulty, told) = run("create_record", json!({"object": "contacts", "values": {"name": ""}})).await;
    assert!(faulty && told["errors"][0]["pointer"] == "/name", "{told}");
    let (_, hits) = run("search", json!({"q": "ratna"})).await;
    assert_eq!(hits["hits"][0]["id"], id, "{hits}");
    let (_, sums) = run("summarise_records", json!({"object": "contacts", "by": "job_title", "totals": ["count"]})).await;
    assert_eq!(sums["groups"][0]["count"], 1, "{sums}");
    let (_, timeline) = run("get_timeline", json!({"object": "contacts", "id": id})).await;
    assert!(timeline["events"].as_array().is_some_and(|events| !events.is_empty()), "{timeline}");
    let lead = w.make("lead", json!({"name": "Sekar Ayu", "owner": siti})).await;
    let (refused, made) = run("run_action", json!({"object": "leads", "id": lead, "action": "disqualification", "inputs": {}})).await;
    assert!(refused || made["made"].is_array(), "{made}");
    let own = json!({"object": "contact", "groups": [{"field": "job_title"}], "measures": [{"key": "n"}]});
    let (failed, table) = run("run_report", json!({ "report": own })).await;
    assert!(!failed && table["rows"] == 1, "{table}");
    let (_, reports) = run("list_reports", json!({})).await;
    assert!(reports["reports"].as_array().is_some_and(|all| !all.is_empty()));
    let contents = assistant.ask(json!({"method": "read", "uri": format!("crm://contacts/{id}")})).await;
    assert!(contents[0]["text"].as_str().is_some_and(|text| text.contains("Ratna Sari")), "{contents}");
    assert!(assistant.ask(json!({"method": "read", "uri": format!("crm://contacts/{other}")})).await["failed"].is_string());
    assert_eq!(assistant.ask(json!({"method": "templates"})).await[0]["uriTemplate"], "crm://{object}/{id}");
    let history = w.engine.history(&w.system(), "contact", id, None).await.expect("a history");
    assert!(history.iter().all(|change| change.door == "mcp"), "the history tells by which door");
    w.close().await;
}

both!(nobody_comes_in_without_a_token_or_from_elsewhere, async |w: &Workspace| {
    let siti = person(w, "siti", json!({})).await;
    w.make("contact", json!({"name": "Ratna"})).await;
    let key = format!("Bearer {}", token(w, siti, false).await);
    let list = || call("list_records", json!({"object": "contacts"}));
    let local = ("host", "127.0.0.1");
    for wrong in [vec![local], vec![local, ("authorization", "Bearer akrab_x")], vec![local, ("authorization", "Basic eA==")]] {
        let (status, headers, _) = send(w, &wrong, list()).await;
        let told = headers.get("www-authenticate").and_then(|v| v.to_str().ok()).unwrap_or_default();
        assert!(
            status == 401 && told.contains("resource_metadata=\"http://127.0.0.1/.well-known/oauth-protected-resource/mcp\""),
            "{status} {told}"
        );
    }
    let with = |more: &[(&'static str, &'static str)]| [&[("authorization", key.as_str())], more].concat();
    for elsewhere in [
        [("host", "127.0.0.1"), ("origin", "https://jahat.test")],
        [("host", "jahat.test"), ("x", "y")],
        [("host", "jahat.test"), ("origin", "http://jahat.test")],
    ] {
        assert_eq!(send(w, &with(&elsewhere), list()).await.0, 403, "{elsewhere:?}");
    }
    for here in
        [[local, ("x", "y")], [local, ("origin", "http://127.0.0.1")], [("host", "localhost:8080"), ("origin", "http://localhost:8080")]]
    {
        let (status, _, told) = send(w, &with(&here), list()).await;
        assert!(status == 200 && told["result"]["structuredContent"]["count"] == 1, "{here:?}: {status} {told}");
    }
    // a token that may only read is offered nothing else, and refused it
    let reader = format!("Bearer {}", token(w, siti, true).await);
    let only = [local, ("authorization", reader.as_str())];
    let (_, _, tools) = send(w, &only, json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})).await;
    let named: Vec<&str> = tools["result"]["tools"].as_array().into_iter().flatten().filter_map(|t| t["name"].as_str()).collect();
    assert!(named.contains(&"list_records") && !named.contains(&"create_record"), "{named:?}");
    let (_, _, told) = send(w, &only, call("create_record", json!({"object": "contacts", "values": {"name": "Sari"}}))).await;
    assert_eq!(told["result"]["isError"], true, "{told}");
    // who has left has no door
    w.engine.update(&w.system(), "user", siti, map(json!({"active": false})), None).await.expect("left");
    assert_eq!(send(w, &with(&[local]), list()).await.0, 401);
});
