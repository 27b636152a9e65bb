// Forms: unsaved changes, growing text, money and dates read back, duplicates, drafts.
import { all, inserted, later, on, one, say, upgrade } from "./dom";
import { send } from "./net";
import { readDate, readMoney } from "./read";

const clean = new WeakMap<HTMLFormElement, string>();
const state = (form: HTMLFormElement) => new URLSearchParams([...new FormData(form)].map(([k, v]) => [k, typeof v === "string" ? v : v.name])).toString();
export const isDirty = (form: HTMLFormElement) => clean.has(form) && clean.get(form) !== state(form);
/** From here on the form counts as unchanged. */
export const settle = (form: HTMLFormElement) => void clean.set(form, state(form));
/** What was typed is on its way: the form counts as unchanged until `back` is called, because it did not arrive. */
export const sending = (form: HTMLFormElement) => {
  const was = clean.get(form);
  settle(form);
  return { back: () => was !== undefined && clean.set(form, was) };
};
/** A form that came back with faults still holds what nobody has kept. */
export const stain = (form: HTMLFormElement) => void clean.set(form, "unsaved");

upgrade("form[data-guard]", (el) => setTimeout(() => clean.has(el as HTMLFormElement) || settle(el as HTMLFormElement)));
window.addEventListener("beforeunload", (event) => {
  if (all<HTMLFormElement>("form[data-guard]").some(isDirty)) event.preventDefault();
});

// A form sent twice does its work twice: the second press is refused. On the window, so that forms
// sent by script were already taken out.
window.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || form.method === "get" || form.method === "dialog" || form.hasAttribute("hx-post")) return;
  if ("busy" in form.dataset) return event.preventDefault();
  form.dataset.busy = "";
  settle(form);
});
window.addEventListener("pageshow", () => all("[data-busy]").forEach((el) => delete el.dataset.busy));

const grow = (el: HTMLElement) => {
  el.style.height = "auto";
  el.style.height = `${el.scrollHeight + 2}px`;
};
upgrade("textarea[data-autogrow]", (el) => grow(el));
on("input", "textarea[data-autogrow]", (el) => grow(el));

const showMoney = (el: HTMLElement) => {
  const out = el.parentElement && one("[data-money-read]", el.parentElement);
  if (out) out.textContent = readMoney((el as HTMLInputElement).value, el.dataset.money ?? "IDR");
};
upgrade("[data-money]", showMoney);
on("input", "[data-money]", showMoney);
/** The time behind a day. */
const hour = /[\s,]+(?:jam |pukul )?\d{1,2}[.:]\d{2}\s*\S*$/i;
on("input", "[data-date-text]", (el) => {
  const wrap = el.closest("[data-date]");
  const out = wrap && one("[data-date-read]", wrap);
  const typed = (el as HTMLInputElement).value;
  if (out) out.textContent = readDate(el.closest("[data-date-time]") ? typed.replace(hour, "") : typed);
});
on("change", "[data-date-picker]", (el) => {
  const text = one<HTMLInputElement>("[data-date-text]", el.closest("[data-date]")!);
  const [y, m, d] = (el as HTMLInputElement).value.split("-");
  if (!text || !d) return;
  const time = el.closest("[data-date-time]") ? (hour.exec(text.value)?.[0] ?? "").trim() : "";
  text.value = `${d}/${m}/${y} ${time}`.trim();
  text.dispatchEvent(new Event("change", { bubbles: true }));
});

// A file control in the words of the page; the browser's own speaks the browser's language.
upgrade("[data-file-pick]", (el) => {
  el.dataset.ready = "";
  const input = one<HTMLInputElement>("input", el)!;
  const words = one("[data-file-name]", el)!;
  const empty = words.textContent ?? "";
  const tell = () => (words.textContent = [...(input.files ?? [])].map((file) => file.name).join(", ") || empty);
  input.addEventListener("change", () => setTimeout(tell));
  input.form?.addEventListener("reset", () => setTimeout(tell));
});
// A file that is too large is told of before it travels.
on("change", "input[type=file][data-max-mb]", (el) => {
  const input = el as HTMLInputElement;
  const place = input.closest("[data-file-field]")!;
  one("[data-file-error]", place)?.remove();
  if (![...(input.files ?? [])].some((file) => file.size > Number(input.dataset.maxMb) * 1048576)) return;
  const error = document.createElement("div");
  error.className = "ak-error";
  error.dataset.fileError = "";
  error.setAttribute("role", "alert");
  error.textContent = input.dataset.tooLarge ?? "";
  place.append(error);
  input.value = "";
});

upgrade("[data-reveal]", (el) => (el.hidden = false));
on("click", "[data-reveal]", (el) => {
  const input = one<HTMLInputElement>("input", el.parentElement!);
  if (input) input.type = input.type === "password" ? "text" : "password";
});
on("click", "[data-copy]", (el) => {
  void navigator.clipboard?.writeText(el.dataset.copy!).then(() => import("./net").then((net) => net.showToast(say("js-copied"))));
});
// Where the device is, asked only when somebody presses for it.
upgrade("[data-position]", (el) => (el.hidden = !("geolocation" in navigator)));
on("click", "[data-position]", (el) => {
  const input = document.getElementById(el.dataset.position!) as HTMLInputElement | null;
  if (!input) return;
  el.setAttribute("aria-busy", "true");
  const done = (position?: GeolocationPosition) => {
    el.removeAttribute("aria-busy");
    if (!position) return void import("./net").then((net) => net.showToast(el.dataset.failed!));
    input.value = `${position.coords.latitude.toFixed(6)}, ${position.coords.longitude.toFixed(6)}`;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  navigator.geolocation.getCurrentPosition(done, () => done(), { enableHighAccuracy: true, timeout: 10_000 });
});
// Where somebody wrote last: that is where a field is put in.
let written: HTMLTextAreaElement | HTMLInputElement | undefined;
on("focusin", "form:has([data-insert]) :is(textarea, input[type=text])", (el) => {
  written = el as HTMLInputElement;
});
on("click", "[data-insert]", (el) => {
  const form = el.closest("form")!;
  const text = written && form.contains(written) ? written : one<HTMLTextAreaElement>("textarea", form);
  if (!text) return;
  const rich = one(".ak-rich-editor", el.closest("form")!);
  if (rich) return void rich.dispatchEvent(new CustomEvent("akrab:insert", { detail: el.dataset.insert! }));
  text.focus();
  text.setRangeText(el.dataset.insert!, text.selectionStart ?? 0, text.selectionEnd ?? 0, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
});
on("click", ".ak-error-summary a", (el, event) => {
  const field = one((el as HTMLAnchorElement).hash);
  if (!field) return;
  event.preventDefault();
  field.scrollIntoView({ block: "center" });
  field.focus();
});
upgrade("[data-error-summary]", (el) => {
  // a message says of itself which field it is about
  for (const link of el.querySelectorAll<HTMLAnchorElement>("a[href^='#']")) {
    const field = document.getElementById(link.hash.slice(1)) as HTMLInputElement | null;
    const label = (field?.labels?.[0]?.textContent ?? "").replace(/\s*\*.*$/s, "").trim();
    if (label && !link.textContent!.startsWith(label)) link.prepend(`${label}: `);
  }
  el.focus();
});

// Duplicates while a new record is typed.
const lookForDuplicates = later(350, async (form: HTMLFormElement, mount: HTMLElement) => {
  const query = new URLSearchParams([...new FormData(form)].flatMap(([k, v]) => (typeof v === "string" && v && k !== "csrf" ? [[k, v]] : [])));
  const answer = await send(`${mount.dataset.duplicatesUrl}?${query}`);
  if (!mount.isConnected || !answer.ok || "ignored" in mount.dataset) return;
  mount.replaceChildren(...answer.fragment.childNodes);
  inserted(mount);
});
on("input", "form:has([data-duplicates-mount])", (form, event) => {
  const mount = one("[data-duplicates-mount]", form)!;
  if ("ignored" in mount.dataset || !(event.target as HTMLInputElement).value || (event.target as HTMLInputElement).value.length < 3) return;
  lookForDuplicates(form as HTMLFormElement, mount);
});
on("click", "[data-duplicates-ignore]", (el) => {
  const mount = el.closest<HTMLElement>("[data-duplicates-mount]")!;
  mount.dataset.ignored = "";
  mount.replaceChildren();
});

// What was typed into a composer survives a change of page within this browser tab.
upgrade("form[data-draft]", (el) => {
  const key = `draft:${el.dataset.draft}`;
  const text = one<HTMLTextAreaElement>("textarea", el);
  if (!text) return;
  const kept = sessionStorage.getItem(key);
  if (kept && !text.value) {
    text.value = kept;
    grow(text);
  }
  // what came back refused is still a draft
  if ("faulty" in el.dataset && text.value) sessionStorage.setItem(key, text.value);
  text.addEventListener("input", () => (text.value ? sessionStorage.setItem(key, text.value) : sessionStorage.removeItem(key)));
  el.addEventListener("submit", () => sessionStorage.removeItem(key));
});
on("keydown", "form[data-composer]", (el, event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (el as HTMLFormElement).requestSubmit();
});
upgrade("textarea[data-mention]", (el) => {
  if (el.dataset.mention) void import("./mention").then((m) => m.mention(el as HTMLTextAreaElement));
});

on("change", "[data-file]", (el) => {
  const name = (el as HTMLInputElement).files?.[0]?.name;
  const words = one("[data-file-name]", el.parentElement!)!;
  words.dataset.words ??= words.textContent ?? "";
  words.textContent = name ?? words.dataset.words;
});
