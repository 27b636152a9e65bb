// What some screens show one of: made through the forms of the program, as an administrator makes it.
import { open } from "./session.mjs";

/** Fills the form at an address and sends it; what is required and not given is filled in somehow. Answers where that led. */
async function make(page, base, path, given = {}, button = "main form button[type=submit][data-variant=primary]") {
  await open(page, base + path);
  await page.evaluate((given) => {
    for (const field of document.querySelectorAll("main form :is(input, select, textarea)[name]")) {
      const value = given[field.name];
      if (field.type === "checkbox") {
        if (value !== undefined) field.checked = true;
      } else if (field.tagName === "SELECT" && value !== undefined) {
        const fits = [...field.options].find((o) => o.value && (value === "*" || o.value === value));
        if (fits) fits.selected = true;
        field.tomselect?.sync();
      } else if (field.type !== "hidden" && field.tagName !== "SELECT" && (value !== undefined || (field.required && !field.value))) {
        field.value = value ?? "Contoh";
      }
    }
  }, given);
  await Promise.all([page.waitForEvent("framenavigated"), page.locator(button).last().click()]);
  await page.waitForLoadState("load");
  const fault = page.locator("main [role=alert]");
  if (await fault.count()) throw new Error(`${path}: ${(await fault.first().innerText()).slice(0, 200)}`);
  return new URL(page.url()).pathname;
}

/** One of each. */
export async function furnish(page, base) {
  await make(page, base, "/settings/forms/new?object=lead", { name: "Situs kami", title: "Tanya harga kopi", intro: "Kami menjawab dalam satu hari kerja." });
  await make(page, base, "/settings/territories/new", { name: "Jawa Timur", members: "*" });
  await make(page, base, "/settings/territories/rules/new?object=account", { name: "Perusahaan di Surabaya", place: "*" });
  await make(page, base, "/settings/sharing/new?object=account", { name: "Hotel untuk pemasaran", to: "*" });
  await make(page, base, "/settings/webhooks/new", { name: "Gudang", target_url: "https://gudang.example.com/kabar", events: "*" });
  await make(page, base, "/settings/webhooks/incoming/new", { name: "Toko daring", owner: "*" });
  await make(page, base, "/settings/apps/new", { name: "Peta Rute", redirects: "https://peta.example.com/kembali" });
  await make(page, base, "/settings/services/new", { name: "Sinkron gudang", role: "*" });
  await make(page, base, "/settings/mail-templates/new?object=account", { name_id: "Sapaan", subject_id: "Salam, {{name}}", text_id: "Terima kasih atas pesanan Anda." });
  await make(page, base, "/settings/holidays/import");
  await make(page, base, "/settings/consent/presets/indonesia");
  await make(page, base, "/settings/objects/account/fields/new?type=text", { label_id: "Gudang terdekat" });
  if (await page.locator("main button[name=sure]").count()) await Promise.all([page.waitForEvent("framenavigated"), page.locator("main button[name=sure]").click()]);
  await page.waitForLoadState("load");
}

/** The first link of a page that looks like this. */
export function inside(path, shape, tail = "") {
  return async (page, base) => {
    await open(page, base + path);
    const found = await page.evaluate((shape) => [...document.querySelectorAll("a[href]")].map((a) => a.getAttribute("href")).find((h) => new RegExp(shape).test(h)), shape.source);
    if (!found) throw new Error(`no link like ${shape} on ${path}`);
    return found + tail;
  };
}

/** The address of the public form. */
export async function form(page, base) {
  await open(page, base + (await inside("/settings/forms", /^\/settings\/forms\/\d+$/)(page, base)));
  const found = /\/f\/[\w-]+/.exec(await page.content());
  if (!found) throw new Error("the form has no address");
  return found[0];
}

/** The page that asks somebody whether an app may act for him. */
export async function consent(page, base) {
  await open(page, base + (await inside("/settings/apps", /^\/settings\/apps\/(?!new)[\w-]+$/)(page, base)));
  const id = await page.locator("dt:has-text('client_id') + dd").innerText();
  const asked = { response_type: "code", client_id: id.trim(), redirect_uri: "https://peta.example.com/kembali", code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method: "S256", state: "x" };
  return `/oauth/authorize?${new URLSearchParams(asked)}`;
}
