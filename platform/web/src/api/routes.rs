//! The addresses of the API: given to the router and told by name, so that a test can hold the
//! document against them.

use super::{
    approvals, attachments, audit, batch, bulk, describe, export, files, flows, hooks, imports, incoming, jobs, me, policies, processes,
    read, reports, sharing, sight, twins, views, write,
};
use crate::route::{Answers, Methods, Router, get, post};
use crate::router::upload_limit;

/// A router that knows what it was given.
struct Routes {
    router: Router,
    told: Vec<(&'static str, &'static str)>,
}

impl Routes {
    fn add(mut self, method: &'static str, path: &'static str, route: Methods) -> Self {
        self.told.push((method, path));
        self.router = self.router.route(path, route);
        self
    }
    fn get<T: 'static>(self, path: &'static str, handler: impl Answers<T>) -> Self {
        self.add("get", path, get(handler))
    }
    fn post<T: 'static>(self, path: &'static str, handler: impl Answers<T>) -> Self {
        self.add("post", path, post(handler))
    }
    /// With a body as large as files are.
    fn upload<T: 'static>(self, path: &'static str, handler: impl Answers<T>) -> Self {
        self.add("post", path, post(handler).layer(upload_limit()))
    }
    /// With a body as large as files of records may be.
    fn take<T: 'static>(self, path: &'static str, handler: impl Answers<T>) -> Self {
        self.add("post", path, post(handler).layer(crate::guard::file_limit()))
    }
    fn patch<T: 'static>(self, path: &'static str, handler: impl Answers<T>) -> Self {
        self.add("patch", path, Methods::new().patch(handler))
    }
    fn delete<T: 'static>(self, path: &'static str, handler: impl Answers<T>) -> Self {
        self.add("delete", path, Methods::new().delete(handler))
    }
}

fn all() -> Routes {
    let routes = Routes { router: Router::new(), told: Vec::new() }
        .get("/api/v1/openapi.json", describe)
        .get("/api/v1/me", me)
        .get("/api/v1/audit", audit::list)
        .get("/api/v1/approvals", approvals::list)
        .post("/api/v1/approvals", approvals::ask)
        .get("/api/v1/approvals/{approval}", approvals::one)
        .post("/api/v1/approvals/{approval}/{verb}", approvals::verb)
        .get("/api/v1/processes", processes::list)
        .get("/api/v1/processes/{process}", processes::one)
        .get("/api/v1/processes/{process}/figures", processes::figures)
        .get("/api/v1/policies", policies::list)
        .get("/api/v1/policies/{policy}/breaches", policies::breaches)
        .post("/api/v1/policies/{policy}/breaches/{record}", policies::say)
        .get("/api/v1/search", read::search)
        .post("/api/v1/batch", batch::run)
        .upload("/api/v1/files", files::upload)
        .get("/api/v1/jobs", jobs::list)
        .get("/api/v1/jobs/{job}", jobs::one)
        .get("/api/v1/jobs/{job}/errors", jobs::errors)
        .get("/api/v1/jobs/{job}/notes", jobs::notes)
        .post("/api/v1/jobs/{job}/{verb}", jobs::verb)
        .get("/api/v1/flows", flows::list)
        .post("/api/v1/flows", flows::import)
        .get("/api/v1/flows/{flow}", flows::one)
        .post("/api/v1/flows/{flow}/{verb}", flows::verb)
        .get("/api/v1/flows/{flow}/runs", flows::runs)
        .get("/api/v1/flows/{flow}/runs/{run}", flows::one_run)
        .post("/api/v1/flows/{flow}/runs/{run}/{verb}", flows::turn)
        .get("/api/v1/reports", reports::list)
        .post("/api/v1/reports", reports::create)
        .post("/api/v1/reports/answers", reports::run)
        .get("/api/v1/reports/{report}", reports::one)
        .patch("/api/v1/reports/{report}", reports::change)
        .delete("/api/v1/reports/{report}", reports::delete)
        .get("/api/v1/reports/{report}/file", reports::file)
        .get("/api/v1/hooks", hooks::list)
        .post("/api/v1/hooks", hooks::create)
        .get("/api/v1/hooks/events", hooks::events)
        .get("/api/v1/hooks/samples", hooks::samples)
        .get("/api/v1/hooks/incoming", incoming::list)
        .post("/api/v1/hooks/incoming", incoming::create)
        .get("/api/v1/hooks/incoming/{inlet}", incoming::one)
        .patch("/api/v1/hooks/incoming/{inlet}", incoming::change)
        .delete("/api/v1/hooks/incoming/{inlet}", incoming::remove)
        .post("/api/v1/hooks/incoming/{inlet}/rotation", incoming::rotate)
        .get("/api/v1/hooks/incoming/{inlet}/calls", incoming::calls)
        .get("/api/v1/hooks/{hook}", hooks::one)
        .patch("/api/v1/hooks/{hook}", hooks::change)
        .delete("/api/v1/hooks/{hook}", hooks::remove)
        .get("/api/v1/hooks/{hook}/deliveries", hooks::deliveries)
        .get("/api/v1/hooks/{hook}/deliveries/{delivery}", hooks::delivered)
        .post("/api/v1/hooks/{hook}/{verb}", hooks::verb);
    routes
        .get("/api/v1/{object}", read::list)
        .post("/api/v1/{object}", write::create)
        .get("/api/v1/{object}/totals", read::totals)
        .get("/api/v1/{object}/groups", read::groups)
        .get("/api/v1/{object}/agenda", sight::agenda)
        .get("/api/v1/{object}/areas", sight::areas)
        .upload("/api/v1/{object}/imports", imports::start)
        .get("/api/v1/{object}/export", export::send)
        .get("/api/v1/{object}/export/count", export::count)
        .post("/api/v1/{object}/bulk", bulk::run)
        .get("/api/v1/{object}/duplicates", twins::list)
        .post("/api/v1/{object}/duplicates", twins::find)
        .post("/api/v1/{object}/duplicates/{pair}", twins::decide)
        .post("/api/v1/{object}/merges", twins::merge)
        .post("/api/v1/{object}/merges/{merge}/undo", twins::undo)
        .get("/api/v1/{object}/{id}/merges", twins::into)
        .get("/api/v1/{object}/views", views::list)
        .post("/api/v1/{object}/views", views::create)
        .patch("/api/v1/{object}/views/{view}", views::change)
        .delete("/api/v1/{object}/views/{view}", views::delete)
        .get("/api/v1/{object}/{id}", read::one)
        .patch("/api/v1/{object}/{id}", write::change)
        .delete("/api/v1/{object}/{id}", write::delete)
        .get("/api/v1/{object}/{id}/history", read::history)
        .get("/api/v1/{object}/{id}/timeline", read::timeline)
        .get("/api/v1/{object}/{id}/files/{field}", files::fetch)
        .get("/api/v1/{object}/{id}/attachments", attachments::list)
        .take("/api/v1/{object}/{id}/attachments", attachments::add)
        .get("/api/v1/{object}/{id}/attachments/{attachment}", attachments::one)
        .patch("/api/v1/{object}/{id}/attachments/{attachment}", attachments::reword)
        .delete("/api/v1/{object}/{id}/attachments/{attachment}", attachments::bin)
        .get("/api/v1/{object}/{id}/attachments/{attachment}/content", attachments::content)
        .get("/api/v1/{object}/{id}/attachments/{attachment}/picture", attachments::picture)
        .take("/api/v1/{object}/{id}/attachments/{attachment}/revisions", attachments::revise)
        .post("/api/v1/{object}/{id}/attachments/{attachment}/{verb}", attachments::verb)
        .get("/api/v1/{object}/{id}/access", sharing::access)
        .get("/api/v1/{object}/{id}/shares", sharing::list)
        .post("/api/v1/{object}/{id}/shares", sharing::give)
        .delete("/api/v1/{object}/{id}/shares/{share}", sharing::end)
        .post("/api/v1/{object}/{id}/territory", sharing::place)
        .post("/api/v1/{object}/{id}/flows/{flow}", flows::press)
        .post("/api/v1/{object}/{id}/{verb}", write::verb)
}

/// Every address of the API.
#[inline(always)]
pub fn routes() -> Router {
    all().router
}

/// Method and path of every address, as the router has them.
pub fn addresses() -> Vec<(&'static str, &'static str)> {
    all().told
}
