// Every screen and state that has a picture. `path` may look a record up; `act` brings the state about;
// `as` is who looks (nobody before the sign-in); `speaks` is
// the language of what has one of its own; `where` is the demo, a new workspace or an empty one.
import { builder, bulk, choose, conflict, dialog, dialogAt, duplicates, ended, enrol, first, importing, is, menu, palette, peek, press, sendFaulty, settled } from "./states.mjs";
import { consent, form, inside } from "./made.mjs";
import { passwords } from "./session.mjs";

const q = (filter) => encodeURIComponent(JSON.stringify(filter));
const desktop = { sizes: ["desktop"] };
const phone = { sizes: ["phone"] };
const rich = { all: [is("industry", "in", ["hotel", "restaurant"]), { any: [is("owner", "is", "me"), is("last_contact", "within", "last_30_days")] }] };

const lists = [
  { name: "list", path: "/accounts" },
  { name: "list-contacts", path: "/contacts" },
  { name: "list-leads", path: "/leads" },
  { name: "list-opportunities", path: "/opportunities?type=table" },
  { name: "list-tasks", path: "/tasks", as: "siti@akrab.test" },
  { name: "list-interactions", path: "/interactions" },
  { name: "list-voices", path: "/voices" },
  { name: "list-handovers", path: "/handovers?view=all" },
  { name: "list-orders", path: "/orders" },
  { name: "list-invoices", path: "/invoices?view=unpaid" },
  { name: "list-products", path: "/products" },
  { name: "record-customer", path: "/accounts/1807" },
  { name: "record-customer-service", path: "/accounts/1807", as: "fajar@akrab.test", ...desktop },
  { name: "list-group", path: "/accounts?group=industry", act: settled },
  { name: "list-selection", path: "/accounts?group=industry", act: async (page) => { await settled(page); await choose(page); } },
  { name: "list-peek", path: "/accounts", act: peek, ...desktop },
  { name: "list-peek-opportunity", path: "/opportunities?type=table", act: peek, ...desktop },
  { name: "list-filter", path: `/accounts?filter=${q(rich)}`, act: builder },
  { name: "list-sort", path: "/accounts", act: menu(".ak-tools-end details"), axe: ".ak-menu[open]", ...desktop },
  { name: "list-columns", path: "/accounts", act: dialogAt("[data-dialog-href$='/columns'], [data-dialog-href*='/columns?']"), ...desktop },
  { name: "list-arrange", path: "/accounts/arrange", ...phone },
  { name: "list-bulk-edit", path: "/accounts", act: bulk("/bulk/edit"), ...desktop },
  { name: "list-bulk-assign", path: "/accounts", act: bulk("/bulk/assign"), ...desktop },
  { name: "list-bulk-tag", path: "/accounts", act: bulk("/bulk/tag"), ...desktop },
  { name: "list-bulk-task", path: "/accounts", act: bulk("/bulk/make/task"), ...desktop },
  { name: "list-bulk-delete", path: "/accounts", act: bulk("/bulk/delete"), ...desktop },
  { name: "list-empty-filter", path: `/accounts?filter=${q(is("name", "is", "tidak ada"))}` },
  { name: "view-new", path: "/accounts?sort=name", act: dialogAt("[data-dialog-href*='/views/new']") },
  { name: "view-menu", path: "/accounts", act: menu(".ak-tabs-beside details"), axe: ".ak-menu[open]", ...desktop },
  { name: "view-copy", path: "/accounts/views/all/copy", ...desktop },
  { name: "list-lost", path: inside("/reports/sales_funnel", /came_from/) },
  { name: "export", path: "/accounts", act: dialogAt("[data-dialog-href*='/export']") },
  { name: "board", path: "/opportunities?type=board" },
  { name: "calendar", path: "/tasks?view=calendar" },
  { name: "calendar-week", path: "/interactions?view=calendar&span=week" },
  { name: "calendar-list", path: "/opportunities?type=calendar&span=list" },
  { name: "map", path: "/accounts?view=map" },
  { name: "map-province", path: "/accounts?view=map&area=35" },
];

const records = [
  { name: "record", path: first("accounts") },
  { name: "record-contact", path: first("contacts") },
  { name: "network", path: "/accounts/1/network" },
  { name: "record-lead", path: first("leads") },
  { name: "record-task", path: first("tasks"), as: "siti@akrab.test" },
  { name: "record-interaction", path: first("interactions") },
  { name: "record-voice", path: first("voices") },
  { name: "record-handover", path: first("handovers") },
  { name: "opportunity", path: first("opportunities", { filter: is("stage.name", "is", "Penawaran") }) },
  { name: "opportunity-won", path: first("opportunities", { view: "won" }) },
  { name: "stage-gate", path: first("opportunities", { filter: is("amount", "empty") }), act: gate },
  { name: "record-access", path: first("accounts", { tail: "/access" }), ...desktop },
  { name: "record-delete", path: first("accounts", { tail: "/delete" }), ...desktop },
  { name: "record-clone", path: first("accounts", { tail: "/clone" }), ...desktop },
  { name: "record-consent", path: inside("/contacts/2", /^\/contacts\/2\/consent/) },
  { name: "record-inline", path: first("accounts"), act: inline, ...desktop },
  { name: "record-convert", path: first("leads", { tail: "/conversion" }) },
  { name: "files", path: first("opportunities", { filter: { all: [is("owner", "is", "me"), is("stage.category", "is", "open")] }, sort: "-amount", tail: "?tab=files" }), as: "siti@akrab.test" },
  { name: "file", path: first("opportunities", { filter: { all: [is("owner", "is", "me"), is("stage.category", "is", "open")] }, sort: "-amount", tail: "/attachments/1" }), as: "siti@akrab.test" },
  { name: "file-edit", path: first("opportunities", { filter: { all: [is("owner", "is", "me"), is("stage.category", "is", "open")] }, sort: "-amount", tail: "/attachments/1/edit" }), as: "siti@akrab.test", ...desktop },
  { name: "edit", path: first("accounts", { tail: "/edit" }) },
  { name: "edit-conflict", path: first("accounts", { tail: "/edit" }), act: conflict },
  { name: "new", path: "/contacts/new" },
  { name: "new-opportunity", path: "/opportunities/new" },
  { name: "new-faulty", path: "/contacts/new", act: sendFaulty("main dialog form", { email: "bukan email" }) },
  { name: "create", path: "/accounts", act: duplicates },
  { name: "create-opportunity", path: "/opportunities", act: async (page) => { await page.keyboard.press("c"); await dialog(page); } },
  { name: "create-menu", path: "/create" },
  { name: "history", path: first("accounts", { tail: "/history" }) },
  { name: "duplicates", path: "/contacts/duplicates" },
  { name: "merge", path: "/contacts/merge?winner=1&loser=2" },
  { name: "bin", path: "/leads/bin" },
  { name: "bin-empty", path: "/accounts/bin", ...desktop },
];

const work = [
  { name: "today", path: "/", as: "siti@akrab.test" },
  { name: "today-team", path: "/today?who=team", as: "budi@akrab.test", ...desktop },
  { name: "search", path: "/search?q=kopi" },
  { name: "search-none", path: "/search?q=zzzqqqxx", ...desktop },
  { name: "palette", path: "/accounts", act: palette("kopi"), ...desktop },
  { name: "palette-actions", path: "/accounts", act: palette("kopi", "Tab"), ...desktop },
  { name: "keys", path: "/accounts", act: press("?"), ...desktop },
  { name: "account-menu", path: "/", act: menu(".ak-sidebar details"), axe: ".ak-menu[open]", ...desktop },
  { name: "menu", path: "/accounts", act: async (page) => { await page.locator(".ak-bottom [data-sidebar-open]").click(); }, ...phone },
  { name: "inbox", path: "/inbox", as: "siti@akrab.test" },
  { name: "inbox-empty", path: "/inbox", as: "sumarni@akrab.test" },
  { name: "dashboard", path: "/dashboards/sales", as: "budi@akrab.test" },
  { name: "dashboard-pipeline", path: "/dashboards/pipeline", as: "budi@akrab.test" },
  { name: "dashboard-edit", path: "/dashboards/sales/edit", as: "budi@akrab.test" },
  { name: "dashboard-new", path: "/dashboards/new", as: "budi@akrab.test" },
  { name: "dashboard-full", path: "/dashboards/sales?full=1", as: "budi@akrab.test", ...desktop },
  { name: "dashboard-default", path: "/dashboards/sales/default", ...desktop },
  { name: "dashboard-mail", path: "/mailings/dashboards/sales", as: "budi@akrab.test", ...desktop },
  { name: "dashboard-hidden", path: "/dashboards/sales", as: "dewi@akrab.test", ...desktop },
  { name: "report-mail", path: "/mailings/reports/sales_funnel", as: "budi@akrab.test" },
  { name: "reports", path: "/reports", as: "budi@akrab.test" },
  { name: "report", path: "/reports/pipeline_by_month", as: "budi@akrab.test" },
  { name: "report-build", path: "/reports/build?object=opportunity&of=opportunity&chart=stacked&g0=account.industry&p=stage&m0=count", as: "budi@akrab.test" },
  { name: "report-funnel", path: "/reports/sales_funnel", as: "budi@akrab.test" },
  { name: "report-map", path: "/reports/build?object=account&of=account&chart=map&g0=address_province&m0=count", as: "budi@akrab.test" },
  { name: "approvals", path: "/approvals", as: "budi@akrab.test" },
  { name: "approvals-all", path: "/approvals?whose=all", as: "budi@akrab.test" },
  { name: "approval", path: inside("/approvals?whose=all", /^\/approvals\/\d+$/), as: "budi@akrab.test" },
  { name: "approval-decide", path: inside("/approvals?whose=all", /^\/approvals\/\d+$/, "/approve"), as: "budi@akrab.test", ...desktop },
  { name: "approval-link-gone", path: "/approvals/link/tautan-lama", as: "nobody" },
  { name: "policy-answer", path: inside("/policies/next_step", /^\/policies\/next_step\/\d+$/) },
  { name: "jobs", path: "/jobs" },
  { name: "settings-audit", path: "/settings/audit" },
  { name: "settings-audit-none", path: "/settings/audit?q=tidak-ada-yang-begini", ...desktop },
  { name: "job", path: inside("/jobs", /^\/jobs\/\d+$/) },
  { name: "import", path: "/contacts/import" },
  { name: "import-columns", path: "/contacts/import", act: importing(1) },
  { name: "import-rules", path: "/contacts/import", act: importing(2) },
  { name: "import-dry-run", path: "/contacts/import", act: importing(3) },
  { name: "import-result", path: "/contacts/import", act: importing(4) },
  { name: "export", path: "/contacts/export" },
  { name: "not-found", path: "/accounts/999999999" },
  { name: "forbidden", path: "/accounts/import", as: "sumarni@akrab.test" },
  { name: "readonly-list", path: "/accounts", as: "sumarni@akrab.test", ...desktop },
  { name: "readonly-record", path: first("accounts"), as: "sumarni@akrab.test", ...desktop },
  { name: "session-ended", path: "/contacts", act: ended, as: "dewi@akrab.test" },
];

const settings = [
  ...["profile", "security", "company", "users", "users/new", "teams", "teams/new", "roles", "roles/new", "pipelines", "pipelines/new"].map((page) => ({ name: `settings-${page.replace("/", "-")}`, path: `/settings/${page}` })),
  { name: "settings-files", path: "/settings/files" },
  { name: "settings-templates", path: "/settings/templates" },
  { name: "settings-template", path: "/settings/templates/1" },
  { name: "settings-calendars", path: "/settings/calendars" },
  { name: "settings-calendar", path: "/settings/calendars/office?at=14%2F08%2F2026+16.00&n=4&unit=hours" },
  { name: "settings-calendar-new", path: "/settings/calendars/new", ...desktop },
  { name: "settings-calendar-hours", path: "/settings/calendars/office/hours/new?template=ramadan" },
  { name: "settings-flows", path: "/settings/flows" },
  { name: "settings-flows-new", path: "/settings/flows/new", ...desktop },
  { name: "settings-transfer", path: "/settings/transfer" },
  { name: "settings-mail-templates", path: "/settings/mail-templates", ...desktop },
  { name: "settings-mail-template-new", path: "/settings/mail-templates/new?object=account" },
  { name: "settings-do-not-call", path: "/settings/consent/lists/do_not_call" },
  { name: "flow-editor", path: "/settings/flows/peluang_besar" },
  { name: "flow-branch", path: "/settings/flows/peluang_besar?step=s2", ...desktop },
  { name: "flow-wait", path: "/settings/flows/peluang_besar?step=s4", ...desktop },
  { name: "flow-add", path: "/settings/flows/peluang_besar?add=after:s1" },
  { name: "flow-values", path: "/settings/flows/serah_bergiliran?step=s2", ...desktop },
  { name: "flow-try", path: "/settings/flows/peluang_besar/try" },
  { name: "flow-versions", path: "/settings/flows/peluang_besar/versions", ...desktop },
  { name: "flow-runs", path: "/settings/flows/serah_bergiliran/runs" },
  { name: "flow-run", path: inside("/settings/flows/serah_bergiliran/runs", /\/runs\/\d+$/) },
  { name: "settings-work", path: "/settings/work" },
  { name: "settings-transfer-plan", path: "/settings/transfer", act: transfer },
  { name: "settings-archive", path: "/settings/archive" },
  { name: "settings-apps", path: "/settings/apps" },
  { name: "settings-apps-new", path: "/settings/apps/new", ...desktop },
  { name: "settings-app", path: inside("/settings/apps", /^\/settings\/apps\/(?!new)[\w-]+$/) },
  { name: "settings-connections", path: "/settings/connections" },
  { name: "settings-forms", path: "/settings/forms" },
  { name: "settings-forms-new", path: "/settings/forms/new?object=lead" },
  { name: "settings-form", path: inside("/settings/forms", /^\/settings\/forms\/\d+$/) },
  { name: "settings-form-edit", path: inside("/settings/forms", /^\/settings\/forms\/\d+$/, "/edit") },
  { name: "settings-webhooks", path: "/settings/webhooks" },
  { name: "settings-webhook", path: inside("/settings/webhooks", /^\/settings\/webhooks\/\d+$/) },
  { name: "settings-webhook-incoming", path: inside("/settings/webhooks/incoming", /^\/settings\/webhooks\/incoming\/\d+$/) },
  { name: "settings-webhook-mapping", path: inside("/settings/webhooks/incoming", /^\/settings\/webhooks\/incoming\/\d+$/, "/mapping"), ...desktop },
  { name: "settings-webhooks-new", path: "/settings/webhooks/new" },
  { name: "settings-webhooks-incoming", path: "/settings/webhooks/incoming" },
  { name: "settings-webhooks-incoming-new", path: "/settings/webhooks/incoming/new", ...desktop },
  { name: "settings-sign-in", path: "/settings/sign-in" },
  { name: "settings-sign-in-new", path: "/settings/sign-in/new?preset=microsoft", ...desktop },
  { name: "settings-services", path: "/settings/services" },
  { name: "settings-services-new", path: "/settings/services/new", ...desktop },
  { name: "settings-service", path: inside("/settings/services", /^\/settings\/services\/\d+$/) },
  { name: "settings-directory", path: "/settings/directory" },
  { name: "settings-consent", path: "/settings/consent" },
  { name: "settings-deputies", path: "/settings/deputies" },
  { name: "settings-consent-rule", path: inside("/settings/consent", /^\/settings\/consent\/(?!new|presets|lists)\w+\/\w+$/) },
  { name: "settings-holidays", path: inside("/settings/calendars", /^\/settings\/holidays\/(?!new|import)/) },
  { name: "settings-mail-template", path: inside("/settings/mail-templates", /^\/settings\/mail-templates\/(?!new)/) },
  { name: "processes", path: "/processes/selling" },
  { name: "process-behind", path: "/processes/selling/behind?step=Negosiasi&behind=lost" },
  { name: "process-step", path: "/processes/selling?step=Negosiasi", ...desktop },
  { name: "settings-processes", path: "/settings/processes" },
  { name: "settings-process", path: "/settings/processes/selling" },
  { name: "settings-process-step", path: "/settings/processes/selling?step=Penawaran" },
  { name: "settings-process-rule", path: "/settings/processes/selling/rule?stage=Kontrak&way=entry&n=0", ...desktop },
  { name: "settings-process-new", path: "/settings/processes/new", ...desktop },
  { name: "quality", path: "/quality" },
  { name: "cleaning", path: "/contacts/cleaning" },
  { name: "record-freshness", path: "/contacts/2/freshness" },
  { name: "record-confirmation", path: "/contacts/2/confirmation" },
  { name: "record-erasure", path: "/contacts/2/erasure" },
  { name: "data-requests", path: "/data_requests" },
  { name: "settings-freshness", path: "/settings/freshness" },
  { name: "settings-numbers", path: "/settings/numbers" },
  { name: "settings-privacy", path: "/settings/privacy" },
  { name: "settings-retention", path: "/settings/privacy/retention/new?object=contact" },
  { name: "policies", path: "/policies" },
  { name: "policy", path: "/policies/next_step" },
  { name: "settings-policies", path: "/settings/policies" },
  { name: "settings-policy", path: "/settings/policies/answered" },
  { name: "settings-policy-new", path: "/settings/policies/new?object=account", ...desktop },
  { name: "settings-approvals", path: "/settings/approvals" },
  { name: "settings-approval", path: "/settings/approvals/discount?try=16" },
  { name: "settings-approval-new", path: "/settings/approvals/new", ...desktop },
  { name: "settings-consent-preset", path: "/settings/consent/presets/indonesia" },
  { name: "settings-consent-new", path: "/settings/consent/new", ...desktop },
  { name: "settings-holidays-import", path: "/settings/holidays/import" },
  { name: "settings-holidays-new", path: "/settings/holidays/new", ...desktop },
  ...["", "/new", "/import", "/log", "/account", "/account/general", "/account/fields/new", "/account/fields/new?type=choice", "/account/fields/industry", "/account/layout", "/account/lists", "/account/rules", "/account/alike", "/account/log", "/account/fields/new?type=link", "/account/fields/new?type=formula", "/account/fields/industry/hide"].map((page) => ({ name: `settings-objects${page.replaceAll(/[/?=]/g, "-")}`, path: `/settings/objects${page}` })),
  { name: "settings-objects-log-one", path: inside("/settings/objects/account/log", /\/log\/\d+$/) },
  { name: "settings-territory", path: inside("/settings/territories", /^\/settings\/territories\/\d+$/) },
  { name: "settings-territory-rule", path: inside("/settings/territories", /^\/settings\/territories\/rules\/\d+$/), ...desktop },
  { name: "settings-sharing-rule", path: inside("/settings/sharing", /^\/settings\/sharing\/\d+$/), ...desktop },
  { name: "settings-user-leave", path: inside("/settings/users", /^\/settings\/users\/\d+$/, "/leave"), ...desktop },
  { name: "settings-user", path: inside("/settings/users", /^\/settings\/users\/\d+$/) },
  { name: "settings-team", path: inside("/settings/teams", /^\/settings\/teams\/\d+$/), ...desktop },
  { name: "settings-role", path: "/settings/roles", act: role },
  { name: "settings-role-fields", path: inside("/settings/roles", /^\/settings\/roles\/\d+\/\w+$/) },
  { name: "settings-role-compare", path: "/settings/roles/compare" },
  ...["territories", "territories/new", "territories/rules/new?object=account", "sharing", "sharing/new", "sharing/new?object=account"].map((page) => ({ name: `settings-${page.replaceAll(/[/?=]/g, "-")}`, path: `/settings/${page}` })),
  ...["access", "shares", "territory"].map((page) => ({ name: `record-${page}`, path: `/accounts/1/${page}` })),
  { name: "settings-pipeline", path: inside("/settings/pipelines", /^\/settings\/pipelines\/\d+$/), ...desktop },
  { name: "settings-stage-new", path: inside("/settings/pipelines", /^\/settings\/stages\/new/), ...desktop },
  { name: "settings-stage-delete", path: inside("/settings/pipelines", /^\/settings\/stages\/\d+$/, "/delete"), ...desktop },
  { name: "settings-stage", path: inside("/settings/pipelines", /^\/settings\/stages\/\d+$/) },
  { name: "settings-totp", path: "/settings/security", act: (page) => enrol(page, false) },
  { name: "settings-password-faulty", path: "/settings/security", act: sendFaulty("form[action$='/password']", { password: "pendek", repeat: "lain" }), ...desktop },
  { name: "settings-forbidden", path: "/settings/company", as: "siti@akrab.test", ...desktop },
];

const doors = [
  { name: "sign-in", path: "/sign-in", as: "nobody" },
  { name: "sign-in-faulty", path: "/sign-in", as: "nobody", act: sendFaulty("form", { email: "siapa@contoh.co.id", password: "bukan sandinya" }) },
  { name: "forgot", path: "/forgot", as: "nobody" },
  // the demo sends no mail; the other server does
  { name: "forgot-mail", path: "/forgot", as: "nobody", where: "empty" },
  { name: "forgot-sent", path: "/forgot", as: "nobody", where: "empty", act: async (page) => { await page.fill("input[name=email]", "siapa@contoh.co.id"); await Promise.all([page.waitForLoadState("load"), page.click("form button[type=submit]")]); } },
  { name: "reset", path: invited, as: "nobody" },
  { name: "form", path: form, speaks: "id" },
  { name: "form-faulty", path: form, speaks: "id", act: sendFaulty("form", { email: "bukan email" }) },
  { name: "app-consent", path: consent },
  { name: "reset-gone", path: "/reset/tautan-lama", as: "nobody" },
  { name: "code", path: "/sign-in", as: "nobody-yet", act: async (page) => {
    await page.fill("input[name=email]", "fajar@akrab.test");
    await page.fill("input[name=password]", passwords()["fajar@akrab.test"]);
    await Promise.all([page.waitForURL(/\/sign-in\/code/), page.click("form button[type=submit]")]);
  } },
  { name: "setup", path: "/setup", as: "nobody", where: "new" },
  { name: "setup-faulty", path: "/setup", as: "nobody", where: "new", act: sendFaulty("form:has([name=company])", { password: "pendek" }) },
];

const empty = [
  ...["accounts", "contacts", "leads", "tasks", "interactions"].map((plural) => ({ name: `empty-${plural}`, path: `/${plural}` })),
  { name: "empty-board", path: "/opportunities?type=board" },
  { name: "empty-today", path: "/" },
  { name: "empty-jobs", path: "/jobs" },
  { name: "empty-users", path: "/settings/users" },
  { name: "empty-teams", path: "/settings/teams" },
  { name: "empty-pipelines", path: "/settings/pipelines" },
].map((screen) => ({ ...screen, where: "empty" }));

export const screens = [...doors, ...work, ...lists, ...records, ...settings, ...empty];

/** A role that is not the administrator's, with a change that is not saved yet. */
async function role(page) {
  const other = await page.evaluate(() => [...document.querySelectorAll("a[href^='/settings/roles/']")].map((a) => a.getAttribute("href")).filter((h) => /\/\d+$/.test(h))[2]);
  await page.goto(new URL(other, page.url()).toString());
  await page.evaluate(() => {
    const field = document.querySelector("main select:not([disabled])");
    if (field) [field.selectedIndex] = [(field.selectedIndex + 1) % field.options.length];
    field?.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/** A field of the record's page, being changed in place. */
async function inline(page) {
  await page.locator("h1[data-edit]").first().dblclick();
  await page.waitForSelector("h1[data-editing] input:not([type=hidden])");
}

/** What a settings file would change. */
async function transfer(page) {
  const out = await page.request.get(new URL("/settings/transfer/export?part=policies", page.url()).toString());
  await page.fill("main textarea[name=text]", (await out.text()).replace(/^every = 15$/m, "every = 30"));
  await Promise.all([page.waitForLoadState("load"), page.locator("main form[enctype] button[data-variant=primary]").click()]);
  await page.waitForLoadState("load");
}

/** A stage asks for more before it lets the record in. */
async function gate(page) {
  await page.evaluate(() => document.querySelectorAll(".ak-path button[name=stage]")[2].click());
  await dialog(page);
}

/** The page behind the link of an invitation. */
async function invited(page, base, { browser, signIn, lang, theme, size }) {
  const context = await browser.newContext();
  const admin = await signIn(context, "admin@akrab.test");
  await admin.goto(`${base}/settings/users/new`);
  await admin.fill("form [name=name]", "Nining Wulandari");
  await admin.fill("form [name=email]", `nining-${lang}-${theme}-${size}-${Date.now()}@contoh.test`);
  await admin.evaluate(() => { const role = document.querySelector("form select[name=role]"); if (role && !role.value) role.selectedIndex = role.options.length - 1; });
  await Promise.all([admin.waitForLoadState("load"), admin.click("main form button[type=submit], dialog form button[type=submit]")]);
  await admin.waitForLoadState("load");
  const link = /\/reset\/[\w.-]+/.exec(await admin.content());
  await context.close();
  if (!link) throw new Error("the invitation shows no link");
  return link[0];
}
