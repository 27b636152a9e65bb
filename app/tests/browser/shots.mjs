// A picture of every screen in both languages, sizes and themes; axe (WCAG 2.2 AA) over each.
// --only NAME takes the screens whose name contains NAME, --quick one combination, --lang and --theme
// one of each, --out the folder.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { base, launch, signIn } from "./session.mjs";
import { screens } from "./screens.mjs";

const option = (name) => process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined;
const only = option("--only");
const out = option("--out") ?? "shots";
const quick = process.argv.includes("--quick");
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
mkdirSync(out, { recursive: true });

const browser = await launch();
let taken = 0;
const faults = { length: 0, names: new Set(), push(fault) { this.length++; this.names.add(fault.split(":")[0]); console.log(fault); } };
const wanted = screens.filter((s) => !only || s.name.includes(only));
for (const lang of option("--lang") ? [option("--lang")] : quick ? ["id"] : ["id", "en"]) {
  for (const theme of option("--theme") ? [option("--theme")] : quick ? ["light"] : ["light", "dark"]) {
    for (const [size, viewport] of Object.entries(sizes)) {
      const people = {};
      for (const screen of wanted) {
        if (screen.sizes && !screen.sizes.includes(size)) continue;
        const who = screen.as ?? "admin@akrab.test";
        people[who] ??= await start(who, lang, theme, viewport);
        await shoot(people[who], screen, `${screen.name}-${lang}-${size}-${theme}`);
      }
      for (const { context } of Object.values(people)) await context.close();
    }
  }
}
await browser.close();
console.log(`${taken} pictures in ${out}`);
console.log(`${taken - faults.names.size} passed, ${faults.names.size} failed`);
process.exit(faults.length ? 1 : 0);

async function start(who, lang, theme, viewport) {
  const context = await browser.newContext({ viewport, locale: lang === "id" ? "id-ID" : "en-US", colorScheme: theme, reducedMotion: "reduce", bypassCSP: false });
  if (who === "nobody") return { context, page: await context.newPage() };
  const page = await signIn(context, who);
  await page.goto(`${base}/settings/profile`);
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
  return { context, page };
}

async function shoot({ page }, screen, name) {
  const errors = [];
  const listen = (m) => m.type() === "error" && errors.push(m.text());
  page.on("console", listen);
  try {
    const path = typeof screen.path === "function" ? await screen.path(page, base) : screen.path;
    await page.goto(base + path);
    if (screen.act) await screen.act(page);
    await page.evaluate(() => document.fonts.ready.then(() => true));
    await page.screenshot({ path: join(out, `${name}.png`) });
    taken++;
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1);
    if (wide) faults.push(`${name}: the page scrolls sideways`);
    // the page's own policy forbids injected scripts; evaluate is not bound by it
    await page.evaluate(axeSource);
    const result = await page.evaluate((tags) => window.axe.run(document, { runOnly: { type: "tag", values: tags } }), rules);
    for (const v of result.violations) faults.push(`${name}: ${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(" | ")}`);
    const raw = await page.evaluate(() => document.body.innerText.match(/\b(problem|field|list|record|settings|import|export|jobs|board|view|filter)-[a-z]+(-[a-z]+)+\b/g));
    if (raw) faults.push(`${name}: raw keys ${[...new Set(raw)].join(", ")}`);
    const refused = errors.filter((e) => /Content Security Policy|Refused/.test(e));
    if (refused.length) faults.push(`${name}: ${refused[0]}`);
  } catch (error) {
    faults.push(`${name}: ${String(error).split("\n")[0]}`);
  } finally {
    page.off("console", listen);
  }
}
