// A picture of every screen in both languages, sizes and themes; axe (WCAG 2.2 AA) over each.
// --only NAME,NAME takes the screens whose name contains one of them, --quick one combination,
// --lang, --theme and --size one of each, --out the folder.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { base, launch, signIn } from "./session.mjs";
import { screens } from "./screens.mjs";
import { prepare } from "./states.mjs";

const option = (name) => process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined;
const only = option("--only")?.split(",");
const out = option("--out") ?? "shots";
const quick = process.argv.includes("--quick");
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const fresh = process.env.AKRAB_FRESH_URL;
const owner = { email: "ratna@kopi-baru.test", password: "lima gelas kopi tubruk" };
mkdirSync(out, { recursive: true });

const browser = await launch();
let taken = 0;
const faults = { length: 0, names: new Set(), push(fault) { this.length++; this.names.add(fault.split(":")[0]); console.log(fault); } };
const wanted = screens.filter((s) => (!only || only.some((part) => s.name.includes(part))) && (fresh || !s.where));
const combinations = (option("--lang") ? [option("--lang")] : quick ? ["id"] : ["id", "en"])
  .flatMap((lang) => (option("--theme") ? [option("--theme")] : quick ? ["light"] : ["light", "dark"]).map((theme) => ({ lang, theme })))
  .flatMap((both) => Object.keys(sizes).filter((size) => !option("--size") || option("--size") === size).map((size) => ({ ...both, size })));

for (const where of ["demo", "new", "empty"]) {
  const here = wanted.filter((s) => (s.where ?? "demo") === where);
  if (!here.length) continue;
  if (where === "demo" && !process.argv.includes("--prepared")) await prepare(base, (email) => start(base, email, { lang: "id", theme: "light", size: "desktop" }));
  if (where === "empty") await setUp();
  for (const combination of combinations) {
    const people = {};
    for (const screen of here.filter((s) => !s.sizes || s.sizes.includes(combination.size))) {
      const who = screen.as ?? (where === "empty" ? owner.email : "admin@akrab.test");
      people[who] ??= await start(where === "demo" ? base : fresh, who, combination);
      await shoot(people[who], screen, where === "demo" ? base : fresh, combination);
    }
    for (const person of Object.values(people)) await person.close();
  }
}
await browser.close();
console.log(`${taken} pictures in ${out}`);
console.log(`${taken - faults.names.size} passed, ${faults.names.size} failed`);
process.exit(faults.length ? 1 : 0);

/** A browser context of somebody who has chosen this language and theme. */
async function start(from, who, { lang, theme, size }) {
  const context = await browser.newContext({ viewport: sizes[size], locale: lang === "id" ? "id-ID" : "en-US", colorScheme: theme, reducedMotion: "reduce" });
  context.setDefaultTimeout(15_000);
  const close = () => context.close();
  if (who.startsWith("nobody")) {
    const page = await context.newPage();
    await page.goto(`${from}/guest/language/${lang}`);
    await page.goto(`${from}/guest/theme?theme=${theme}`);
    return { context, page, close };
  }
  const page = await signIn(context, who, who === owner.email ? { at: fresh, password: owner.password } : {});
  context.email = who;
  await page.goto(`${from}/settings/profile`);
  await Promise.all([page.waitForNavigation(), page.evaluate(([lang, theme]) => {
    const form = document.querySelector("form [name=language]").form;
    const set = (name, value) => {
      const field = form.elements.namedItem(name);
      if (field instanceof RadioNodeList) [...field].forEach((f) => (f.checked = f.value === value));
      else field.value = value;
    };
    set("language", lang);
    set("theme", theme);
    form.submit();
  }, [lang, theme])]);
  return { context, page, close };
}

/** The first set-up, without sample data. */
async function setUp() {
  const { page, close } = await start(fresh, "nobody", { lang: "id", theme: "light", size: "desktop" });
  await page.goto(`${fresh}/setup`);
  const given = { company: "PT Kopi Baru Sejahtera", name: "Ratna Dewi", email: owner.email, password: owner.password, repeat: owner.password };
  for (const [name, value] of Object.entries(given)) await page.fill(`form [name=${name}]`, value);
  await Promise.all([page.waitForURL((u) => !u.pathname.startsWith("/setup")), page.click("form:has([name=company]) button[type=submit]")]);
  await close();
}

async function shoot({ page, context }, screen, from, combination) {
  const { lang, theme, size } = combination;
  const name = `${screen.name}-${lang}-${size}-${theme}`;
  const errors = [];
  const listen = (m) => m.type() === "error" && errors.push(m.text());
  page.on("console", listen);
  try {
    const path = typeof screen.path === "function" ? await screen.path(page, from, { browser, signIn, ...combination }) : screen.path;
    await page.goto(from + path);
    if (screen.act) await screen.act(page, from, context);
    await page.waitForLoadState("networkidle");
    await page.evaluate(() => document.fonts.ready.then(() => true));
    await page.screenshot({ path: join(out, `${name}.png`) });
    taken++;
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1);
    if (wide) faults.push(`${name}: the page scrolls sideways`);
    // the page's own policy forbids injected scripts; evaluate is not bound by it
    await page.evaluate(axeSource);
    // under an open menu only the menu itself is judged: the rest has a picture of its own
    const result = await page.evaluate(([tags, part]) => window.axe.run(part ?? document, { runOnly: { type: "tag", values: tags } }), [rules, screen.axe]);
    for (const v of result.violations) faults.push(`${name}: ${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(" | ")}`);
    const raw = await page.evaluate(() => document.body.innerText.match(/\b(problem|field|list|record|settings|import|export|jobs|board|view|filter)-[a-z]+(-[a-z]+)+\b/g));
    if (raw) faults.push(`${name}: raw keys ${[...new Set(raw)].join(", ")}`);
    const spoken = await page.getAttribute("html", "lang");
    if (spoken !== (screen.speaks ?? lang)) faults.push(`${name}: the page speaks ${spoken}`);
    const refused = errors.filter((e) => /Content Security Policy|Refused/.test(e));
    if (refused.length) faults.push(`${name}: ${refused[0]}`);
  } catch (error) {
    faults.push(`${name}: ${String(error).split("\n")[0]}`);
  } finally {
    page.off("console", listen);
    // a state that took the session away gives it back
    await context.restore?.();
    delete context.restore;
  }
}
