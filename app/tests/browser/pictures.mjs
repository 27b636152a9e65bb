// The pictures of the guides, in both languages, into docs/pictures/LANGUAGE/NAME.png.
// --only NAME takes one.
import { mkdirSync } from "node:fs";
import { base, launch, open, signIn } from "./session.mjs";
import { first, peek, settled } from "./states.mjs";

/** The first thing listed at an address of the settings. */
const listed = (list) => async (page, base) => {
  await open(page, base + list);
  const href = await page.evaluate((list) => [...document.querySelectorAll(`main a[href^="${list}/"]`)].map((a) => a.getAttribute("href")).find((h) => !/[/](new|import|export|log|holidays)([/?]|$)/.test(h)), list);
  if (!href) throw new Error(`nothing is listed at ${list}`);
  return href;
};

const pictures = [
  { name: "today", path: "/" },
  { name: "list", path: "/accounts", act: peek },
  { name: "board", path: "/opportunities?type=board" },
  { name: "record", path: first("accounts") },
  { name: "objects", path: "/settings/objects/account" },
  { name: "layout", path: "/settings/objects/account/layout" },
  { name: "roles", path: "/settings/roles/3" },
  { name: "access", path: first("accounts", { tail: "/access" }) },
  { name: "flow", path: listed("/settings/flows") },
  { name: "approval-rule", path: listed("/settings/approvals") },
  { name: "calendar-hours", path: listed("/settings/calendars") },
  { name: "audit", path: "/settings/audit" },
  { name: "report", path: "/reports/won_by_month" },
  { name: "dashboard", path: "/dashboards/sales" },
];
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined;

const browser = await launch();
for (const lang of ["id", "en"]) {
  const out = `docs/pictures/${lang}`;
  mkdirSync(out, { recursive: true });
  const context = await browser.newContext({ viewport: { width: 1120, height: 700 }, locale: lang === "id" ? "id-ID" : "en-US", colorScheme: "light", reducedMotion: "reduce" });
  context.setDefaultTimeout(15_000);
  const page = await signIn(context, "admin@akrab.test");
  await open(page, `${base}/settings/profile`);
  await Promise.all([page.waitForNavigation(), page.evaluate((lang) => {
    const form = document.querySelector("form [name=language]").form;
    const field = form.elements.namedItem("language");
    if (field instanceof RadioNodeList) [...field].forEach((f) => (f.checked = f.value === lang));
    else field.value = lang;
    form.submit();
  }, lang)]);
  for (const picture of pictures.filter((one) => !only || one.name === only)) {
    const path = typeof picture.path === "string" ? picture.path : await picture.path(page, base);
    const answer = await open(page, base + path);
    if (!answer.ok()) throw new Error(`${picture.name}: ${path} answers ${answer.status()}`);
    await (picture.act ?? settled)(page);
    await page.evaluate(() => document.querySelectorAll("[data-toast]").forEach((toast) => toast.remove()));
    await page.screenshot({ path: `${out}/${picture.name}.png` });
  }
  await context.close();
}
await browser.close();
console.log(`${pictures.length} pictures in two languages`);
