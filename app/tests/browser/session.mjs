// What both scripts share: the browser, the sign-ins the demo printed, signing in.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

export const base = process.env.AKRAB_URL;

/** Passwords by e-mail, as the demo printed them. */
export function passwords() {
  const printed = readFileSync(process.env.AKRAB_DEMO_OUT, "utf8");
  const found = {};
  for (const [, email, password] of printed.matchAll(/(\S+@akrab\.test)\s+(\S+)/g)) found[email] = password;
  return found;
}

export function launch() {
  const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath: process.env.CHROMIUM, args: quiet });
}

/** Signs in through the page and answers the context's page; `at` another server, with a password of its own. */
export async function signIn(context, email, { at = base, password } = {}) {
  const page = await context.newPage();
  await page.goto(`${at}/sign-in`);
  await page.fill("input[name=email]", email);
  await page.fill("input[name=password]", password ?? passwords()[email]);
  await Promise.all([page.waitForURL((u) => !u.pathname.startsWith("/sign-in")), page.click("form button[type=submit]")]);
  return page;
}

/** Waits until `test` holds in the page. A strict policy forbids waitForFunction, so it asks again. */
export async function until(page, test, what, argument) {
  for (let n = 0; n < 200; n++) {
    // a page on its way to the next one has no context for a moment
    if (await page.evaluate(test, argument).catch(() => false)) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`never happened: ${what}`);
}

/** Opens an address. A page that is still on its way (after a form or an Undo) may break in once: then again. */
export async function open(page, address) {
  for (let n = 0; ; n++) {
    try {
      return await page.goto(address);
    } catch (error) {
      if (n === 4 || !String(error).includes("ERR_ABORTED")) throw error;
      await page.waitForLoadState("load");
    }
  }
}
