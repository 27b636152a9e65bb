//! The door for assistants that speak the Model Context Protocol: `/mcp`, streamable HTTP without sessions.
//!
//! Whoever comes has a token of his own or one an app was given for him, and may do what he may on the pages. The
//! protocol itself is the crate `rmcp`'s; what stands here is who may come in ([`serve`]), which tools there are
//! ([`tools`]) and what they do ([`run`]).

mod describe;
mod run;
mod tools;

use crate::fail::{Fail, as_problem, unauthenticated};
use crate::guard::Facts;
use crate::route::{Router, any};
use crate::state::Web;
use crate::{ApiCaller, guard};
use akrab_engine::Door;
use akrab_engine::oauth::MCP;
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation, ListResourceTemplatesResult,
    ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ResourceContents,
    ResourceTemplate, ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{RoleServer, ServerHandler};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use tools::{Kind, TOOLS};

/// What an assistant is told before it begins.
const INSTRUCTIONS: &str = "Akrab is a CRM. You work with the rights of the person you act for: what that person may not see does not exist here. \
    Begin with list_objects, then describe_object before you filter or write. Records are named by object and id; a link to one of them in the \
    browser is /OBJECT/ID.";

#[inline(always)]
pub(crate) fn routes() -> Router {
    Router::new().route(MCP, any(serve))
}

async fn serve(State(web): State<Web>, Extension(facts): Extension<Facts>, request: Request) -> Response {
    if !is_from_here(&web, &facts) {
        return Fail::from(Problem::new(ProblemKind::Forbidden, "csrf")).into_response();
    }
    let caller = match ApiCaller::find(&web, &facts, Door::Mcp, MCP).await {
        Ok(caller) => caller,
        Err(fail) if fail.problem.kind == ProblemKind::Unauthenticated => return challenge(&web, &facts),
        Err(fail) => return fail.into_response(),
    };
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_sse_keep_alive(None)
        .with_max_request_body_bytes(guard::BODY_LIMIT)
        // who may come was decided above
        .disable_allowed_hosts();
    let service =
        StreamableHttpService::new(move || Ok(Assistant { caller: caller.clone() }), Arc::new(NeverSessionManager::default()), config);
    service.handle(request).await.map(Body::new)
}

/// Whether a browser may come here with this page's request. Under a name of its own any may: whoever comes brings a
/// token, never a cookie. Without one, names are somebody else's who may have pointed them here; then pages of this very
/// machine alone.
fn is_from_here(web: &Web, facts: &Facts) -> bool {
    let (host, origin) = (facts.header("host"), facts.header("origin"));
    if web.config.host().is_some() {
        return true;
    }
    let from = origin.split_once("://").map_or("", |(_, from)| from);
    let own = ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|name| from == *name || from.strip_prefix(name).is_some_and(|port| port.starts_with(':')));
    crate::oauth::is_number(host) && (origin.is_empty() || from.eq_ignore_ascii_case(host) || own)
}

/// Says where tokens come from (RFC 9728).
fn challenge(web: &Web, facts: &Facts) -> Response {
    let (kind, body) = as_problem(&web.engine, facts.guest_words(), &unauthenticated().into(), &facts.id);
    let metadata = format!("{}/.well-known/oauth-protected-resource{MCP}", crate::oauth::issuer(web, facts));
    let wrong = if facts.header("authorization").is_empty() { "" } else { ", error=\"invalid_token\"" };
    let told = format!("Bearer resource_metadata=\"{metadata}\"{wrong}");
    (StatusCode::UNAUTHORIZED, [(header::CONTENT_TYPE, kind.to_string()), (header::WWW_AUTHENTICATE, told)], body).into_response()
}

/// One request of an assistant.
struct Assistant {
    caller: ApiCaller,
}

impl ServerHandler for Assistant {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_resources().build();
        let own = Implementation::new("akrab", env!("CARGO_PKG_VERSION")).with_title("Akrab");
        ServerConfig::new(capabilities).with_server_info(own).with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(&self, _: Option<PaginatedRequestParams>, _: RequestContext<RoleServer>) -> Result<ListToolsResult, ErrorData> {
        let offered = TOOLS.iter().filter(|tool| tool.kind == Kind::Reads || !self.caller.ctx.read_only);
        Ok(ListToolsResult::with_all_items(offered.map(told).collect()))
    }

    async fn call_tool(&self, asked: CallToolRequestParams, _: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        let unknown = || ErrorData::invalid_params(format!("there is no tool {}", asked.name), None);
        let tool = TOOLS.iter().find(|tool| tool.name == asked.name).ok_or_else(unknown)?;
        let done = match run::Arguments::new(asked.arguments.unwrap_or_default(), &tool.schema()) {
            Ok(given) => run::run(&self.caller, tool.name, given).await,
            Err(problem) => Err(problem.into()),
        };
        Ok(match done {
            Ok(answer) => CallToolResult::structured(answer).into(),
            Err(fail) => CallToolResult::error(vec![ContentBlock::text(self.refusal(&fail))]).into(),
        })
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let record = ResourceTemplate::new("crm://{object}/{id}", "record").with_mime_type("application/json");
        Ok(ListResourceTemplatesResult::with_all_items(vec![record]))
    }

    async fn read_resource(
        &self,
        asked: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let missing = || ErrorData::resource_not_found(format!("there is no {}", asked.uri), None);
        let (object, id) = asked.uri.strip_prefix("crm://").and_then(|rest| rest.split_once('/')).ok_or_else(missing)?;
        let id: i64 = id.parse().map_err(|_| missing())?;
        let given = json!({ "object": object, "id": id }).as_object().cloned().unwrap_or_default();
        let tool = TOOLS.iter().find(|tool| tool.name == "get_record").ok_or_else(missing)?;
        let given = run::Arguments::new(given, &tool.schema()).map_err(|_| missing())?;
        let record = run::run(&self.caller, tool.name, given).await.map_err(|_| missing())?;
        let text = ResourceContents::text(record.to_string(), asked.uri.clone()).with_mime_type("application/json");
        Ok(ReadResourceResult::new(vec![text]).into())
    }
}

impl Assistant {
    /// A problem in words, with its code and the fields at fault.
    fn refusal(&self, fail: &Fail) -> String {
        if fail.problem.kind == ProblemKind::Internal {
            tracing::error!(request = self.caller.facts.id, cause = fail.problem.cause, "a request failed");
        }
        as_problem(&self.caller.web.engine, self.caller.t, fail, &self.caller.facts.id).1
    }
}

fn told(tool: &tools::Tool) -> Tool {
    let annotations = ToolAnnotations::with_title(tool.title)
        .read_only(tool.kind == Kind::Reads)
        .destructive(tool.kind == Kind::Changes)
        .idempotent(tool.kind != Kind::Adds)
        .open_world(false);
    let schema: serde_json::Map<String, Json> = tool.schema();
    Tool::new(tool.name, tool.about, schema).with_annotations(annotations)
}
