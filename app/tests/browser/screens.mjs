// Every screen and state that has a picture. `path` may look a record up; `act` brings the state about.
const first = (plural, filter) => async (page, base) => {
  const query = filter ? `?filter=${encodeURIComponent(JSON.stringify(filter))}` : "";
  await page.goto(`${base}/${plural}${query}`);
  const href = await page.evaluate((plural) => {
    const links = [...document.querySelectorAll(`main a[href^="/${plural}/"]`)].map((a) => a.getAttribute("href"));
    return links.find((h) => new RegExp(`^/${plural}/\\d+(\\?|$)`).test(h));
  }, plural);
  if (!href) throw new Error(`no record in /${plural}`);
  return href;
};
const below = (plural, tail) => async (page, base) => `${(await first(plural)(page, base)).split("?")[0]}${tail}`;
const open = (field, op, value) => ({ field, op, value });

export const screens = [
  { name: "sign-in", path: "/sign-in", as: "nobody" },
  { name: "forgot", path: "/forgot", as: "nobody" },
  { name: "today", path: "/" },
  { name: "list", path: "/accounts" },
  { name: "list-contacts", path: "/contacts" },
  { name: "list-leads", path: "/leads" },
  { name: "list-tasks", path: "/tasks" },
  { name: "list-interactions", path: "/interactions" },
  { name: "list-group", path: "/accounts?group=industry" },
  { name: "list-empty-filter", path: `/accounts?filter=${encodeURIComponent(JSON.stringify(open("name", "is", "tidak ada")))}` },
  { name: "board", path: "/opportunities?type=board" },
  { name: "list-opportunities", path: "/opportunities?type=table" },
  { name: "record", path: first("accounts") },
  { name: "record-contact", path: first("contacts") },
  { name: "record-lead", path: first("leads") },
  { name: "opportunity", path: first("opportunities") },
  { name: "edit", path: below("accounts", "/edit") },
  { name: "new", path: "/contacts/new" },
  { name: "history", path: below("accounts", "/history") },
  { name: "bin", path: "/accounts/bin" },
  { name: "search", path: "/search?q=kopi" },
  { name: "jobs", path: "/jobs" },
  { name: "import", path: "/contacts/import" },
  { name: "settings-profile", path: "/settings/profile" },
  { name: "settings-security", path: "/settings/security" },
  { name: "settings-company", path: "/settings/company" },
  { name: "settings-users", path: "/settings/users" },
  { name: "settings-teams", path: "/settings/teams" },
  { name: "settings-roles", path: "/settings/roles" },
  { name: "settings-pipelines", path: "/settings/pipelines" },
  { name: "not-found", path: "/accounts/999999999" },
  { name: "palette", path: "/accounts", act: async (page) => { await page.keyboard.press("Control+k"); await page.keyboard.type("kopi"); await page.evaluate(() => new Promise((r) => setTimeout(r, 600))); }, sizes: ["desktop"] },
  { name: "keys", path: "/accounts", act: async (page) => { await page.keyboard.press("?"); }, sizes: ["desktop"] },
];
