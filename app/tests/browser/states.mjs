// How the states of a screen come about: a menu opened, rows chosen, a dialog answered with a fault, a file tried out.
import { createHmac } from "node:crypto";
import { furnish } from "./made.mjs";
import { passwords, until } from "./session.mjs";

/** The first record of a list, or the address of something below it. */
export const first = (plural, { filter, tail = "", view, sort } = {}) => async (page, base) => {
  const query = new URLSearchParams();
  if (sort) query.set("sort", sort);
  if (sort) query.set("type", "table");
  if (view) query.set("view", view);
  if (filter) query.set("filter", JSON.stringify(filter));
  await page.goto(`${base}/${plural}?${query}`);
  const href = await page.evaluate((plural) => {
    const links = [...document.querySelectorAll(`main a[href^="/${plural}/"]`)].map((a) => a.getAttribute("href"));
    return links.find((h) => new RegExp(`^/${plural}/\\d+(\\?|$)`).test(h));
  }, plural);
  if (!href) throw new Error(`no record in /${plural}`);
  return tail ? href.split("?")[0] + tail : href;
};

/** Filters the way the address carries them. */
export const is = (field, op, value) => ({ field, op, value });

/** Opens the menu behind the summary that holds an icon or has the words. */
export const menu = (selector) => async (page) => {
  await page.locator(`${selector} > summary`).first().click();
  await until(page, (selector) => document.querySelector(`${selector}[open]`) !== null, "the menu is open", selector);
};

export const press = (...keys) => async (page) => { for (const key of keys) await page.keyboard.press(key); };

/** Waits for an open dialog. */
export const dialog = (page) => until(page, () => document.querySelector("dialog[open]") !== null, "a dialog");

/** Follows a link that opens a dialog. */
export const dialogAt = (selector) => async (page) => {
  await page.evaluate((selector) => document.querySelector(selector).click(), selector);
  await dialog(page);
};

export const peek = async (page) => {
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Space");
  await until(page, () => document.querySelector("[data-peek-panel]:not([hidden]) *") !== null, "the side panel");
};

export const choose = async (page) => {
  await page.evaluate(() => [...document.querySelectorAll("[data-list] [data-pick]")].slice(1, 4).forEach((box) => box.click()));
  await until(page, () => !document.querySelector("[data-bulk]").hidden, "the bulk bar");
};

/** Chooses rows and answers the bulk bar's button of this address. */
export const bulk = (tail) => async (page) => {
  await choose(page);
  await page.evaluate((tail) => document.querySelector(`[data-bulk] button[formaction$="${tail}"]`).click(), tail);
  await dialog(page);
};

export const builder = async (page) => {
  await page.locator("a[data-filter-open]:visible, button[data-filter-open]:visible").last().click();
  await until(page, () => document.querySelector("#filter:not([hidden]) .ak-filter-row") !== null, "the filter builder");
  await settled(page);
};

/** Nothing is asked for any more. */
export const settled = (page) => page.waitForLoadState("networkidle");

export const palette = (words, ...keys) => async (page) => {
  await page.keyboard.press("Control+k");
  await until(page, () => document.querySelector("dialog[data-palette][open]") !== null, "the palette");
  await page.keyboard.type(words);
  await until(page, () => document.querySelectorAll("[data-palette-results] [data-hit]").length > 0, "hits");
  await settled(page);
  for (const key of keys) await page.keyboard.press(key);
  await settled(page);
};

/** Quick create with a name that exists already. */
export const duplicates = async (page) => {
  const known = await page.evaluate(() => document.querySelectorAll("[data-row] .ak-name-link")[4].textContent.trim());
  await page.keyboard.press("c");
  await dialog(page);
  await page.locator("dialog[open] input[name=name]").pressSequentially(known);
  await until(page, () => document.querySelector("dialog[open] [data-duplicates-mount]")?.textContent.trim() !== "", "the hint");
};

/** Sends the form of the page or the dialog, wrong as it is, past the browser's own checks. */
export const sendFaulty = (selector = "main form:not([data-undo])", fill = {}) => async (page) => {
  const before = page.url();
  for (const [name, value] of Object.entries(fill)) await page.locator(`${selector} [name=${name}]`).first().fill(value);
  await page.evaluate((selector) => {
    const form = document.querySelector(selector);
    form.noValidate = true;
    (form.querySelector("button[type=submit][data-variant=primary]") ?? form.querySelector("button[type=submit]")).click();
  }, selector);
  await until(page, () => document.querySelector("[aria-invalid=true], [role=alert]") !== null, `the fault is shown (from ${before})`);
};

const token = (page) => page.evaluate(() => document.querySelector("meta[name=csrf]").content);
const post = async (page, url, form) => page.request.post(url, { form, headers: { "X-CSRF-Token": await token(page) }, maxRedirects: 0 });

/** Two people save the same field: the second is asked. */
export const conflict = async (page, base) => {
  const name = page.locator("main form input[name=name]");
  const address = page.url().replace(/\/edit.*/, "");
  const was = await name.inputValue();
  const answer = await post(page, `${base}${new URL(address).pathname}/fields/name`, { name: was.endsWith(" Jaya") ? was.slice(0, -5) : `${was} Jaya`, value: was });
  if (answer.status() >= 400) throw new Error(`the other person's change answers ${answer.status()}`);
  await name.fill(`${was} Abadi`);
  await Promise.all([page.waitForLoadState("load"), page.evaluate(() => document.querySelector("main form input[name=name]").form.querySelector("button[type=submit][data-variant=primary]").click())]);
  await until(page, () => document.querySelector("dialog#conflict") !== null, "the clash is told");
};

/** The session ends while a dialog is filled in. */
export const ended = async (page, base, context) => {
  const cookies = await context.cookies();
  await context.clearCookies();
  await page.keyboard.press("c");
  await dialog(page);
  await settled(page);
  context.restore = () => context.addCookies(cookies);
};

// names, phones and addresses as people write them, some beyond repair; each file has people of its own
let files = Date.now() % 9_000;
const contacts = () => {
  const n = String(1000 + (files += 1));
  return [
    "Nama lengkap,Perusahaan,No. HP,Email,Jabatan,Kota",
    `Hj. Siti Rahmawati,CV Sumber Rejeki Abadi,0812-3344-${n},siti${n}@sumberrejeki.test,Manajer Pembelian,Surabaya`,
    `Suparman,Toko Berkah Makmur,+62 857 2911 ${n},,Pemilik,Semarang`,
    "Dewi Anggraini,PT Boga Nusantara Raya,081211,dewi@boga.test,Kepala Dapur,Bandung",
    `I Gede Suardana,Hotel Segara Biru,0819 3301 ${n},bukan-email,General Manager,Denpasar`,
    `,Kafe Tanpa Nama,0813 6340 ${n},halo@kafe.test,Barista,Padang`,
    `Yohanes Tampubolon,Restoran Danau Indah,0813-6071-${n},yohanes${n}@danau.test,Executive Chef,Medan`,
    `Maria Goreti Nahak,Hotel Cendana Putih,0821 4477 ${n},maria${n}@cendana.test,Kepala Pembelian,Kupang`,
    "Asep Suhendar,Kedai Rindang,0822 1845 6630 ext,asep@rindang.test,Pemilik,Bandung",
  ].join("\n") + "\n";
};

/** The step of an import: 1 columns, 2 rules, 3 dry run, 4 result. */
export const importing = (step) => async (page) => {
  await page.setInputFiles("input[type=file]", { name: "kontak-pameran.csv", mimeType: "text/csv", buffer: Buffer.from(contacts()) });
  const go = async (address) => {
    await Promise.all([page.waitForURL(address), page.locator("main form button[type=submit][data-variant=primary]").last().click()]);
    await settled(page);
  };
  await go(/\/import\/\d+/);
  if (step > 1) await go(/\/rules$/);
  if (step > 2) await go(/\/jobs\/\d+$/);
  if (step > 2) await over(page);
  const trial = page.url();
  if (step > 3) await go((url) => url.toString() !== trial);
  if (step > 3) await over(page);
};

/** A job is over. */
export const over = async (page) => {
  await until(page, () => document.readyState === "complete" && document.querySelector("main") !== null && document.querySelector("#job-progress[hx-get]") === null, "the job is over");
  await page.reload();
};

const base32 = (text) => {
  let bits = "";
  for (const letter of text.replace(/[\s=]/g, "")) bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
};
const code = (secret) => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", base32(secret)).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
};

export const enrol = async (page, confirm) => {
  const [email] = [page.context().email];
  await page.fill("form[action$='/totp'] input[type=password]", passwords()[email] ?? page.context().password);
  await Promise.all([page.waitForLoadState("load"), page.click("form[action$='/totp'] button[type=submit]")]);
  await page.waitForSelector("[data-copy-source]");
  if (!confirm) return;
  await page.fill("form[action$='/confirm'] input[name=code]", code(await page.locator("[data-copy-source]").first().innerText()));
  await Promise.all([page.waitForLoadState("load"), page.click("form[action$='/confirm'] button[type=submit]")]);
  await page.waitForLoadState("load");
};

/** What some screens need to be there: a pinned view, jobs that ended, a record in the bin, a second step at sign-in. */
export async function prepare(base, open) {
  const { page, close } = await open("admin@akrab.test");
  await page.goto(`${base}/contacts/import`);
  await importing(4)(page);
  await page.goto(`${base}/accounts`);
  await bulk("/bulk/edit")(page);
  await page.keyboard.press("Escape");
  const href = (await first("leads")(page, base)).split("?")[0];
  await page.goto(`${base}${href}/delete`);
  await Promise.all([page.waitForLoadState("load"), page.locator("form[action$='/delete'] button[type=submit]").last().click()]);
  await page.goto(`${base}/opportunities/new`);
  await page.fill("main dialog input[name=name]", "Kopi kantin pusat 2027");
  await Promise.all([page.waitForURL(/\/opportunities(\/\d+|\?|$)/), page.click("main dialog button[type=submit][data-variant=primary]")]);
  const company = (await first("accounts")(page, base)).split("?")[0];
  await page.goto(base + company);
  await post(page, `${base}${company}/favourite`, {});
  // somebody hands work over, which its new owner finds in the inbox
  await page.goto(`${base}/settings/users`);
  const siti = await page.locator("a[href^='/settings/users/']", { hasText: "Siti" }).first().getAttribute("href");
  await post(page, `${base}/tasks/new`, { subject: "Siapkan contoh untuk cupping", owner: /\d+/.exec(siti)[0], fields: "subject,owner" });
  await furnish(page, base);
  await close();
  const fajar = await open("fajar@akrab.test");
  await fajar.page.goto(`${base}/settings/security`);
  await enrol(fajar.page, true);
  await fajar.close();
}
