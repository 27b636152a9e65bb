// The keyboard map; `?` shows it. Single keys are off while typing and can be switched off.
import { openDialog, topDialog } from "./dialogs";
import { all, on, one, typing, upgrade } from "./dom";
import { foldSidebar } from "./frame";
import { listKey } from "./list";
import { openPalette } from "./palette";
import { undo } from "./toasts";

const singleKeys = () => (localStorage.getItem("single-keys") ?? document.body.dataset.singleKeys ?? "on") === "on";
upgrade("[data-single-keys-switch]", (el) => ((el as HTMLInputElement).checked = singleKeys()));
on("change", "[data-single-keys-switch]", (el) => localStorage.setItem("single-keys", (el as HTMLInputElement).checked ? "on" : "off"));

const help = () => one<HTMLDialogElement>("#keyboard")?.showModal();
on("click", "[data-keyboard-help]", help);

let goes = 0;
const go = (key: string) => {
  const pair = (document.body.dataset.go ?? "").split(" ").find((entry) => entry.startsWith(`${key}=`));
  if (pair) location.assign(pair.slice(2));
};

const save = () => {
  const scope: ParentNode = topDialog() ?? document;
  const form = (document.activeElement?.closest("form") ?? one("form[data-guard]", scope)) as HTMLFormElement | null;
  form?.requestSubmit(one<HTMLButtonElement>('button[type="submit"][data-variant="primary"]', form));
};

const runs: Record<string, (event: KeyboardEvent) => boolean | void> = {
  "/": () => openPalette(),
  "?": () => help(),
  "[": () => foldSidebar(),
  g: () => void (goes = Date.now()),
  c: () => {
    const url = document.body.dataset.createHref;
    if (url) void openDialog(url).then((shown) => shown || location.assign(url));
  },
  f: () => one("[data-filter-open]")?.click(),
  v: () => one(".ak-tabs [aria-current]")?.focus(),
};

// Keys on the row under the focus of a list: its record is edited, handed over, moved, tagged or written on.
const onRow: Record<string, string> = { a: "@owner", s: "@stage", "#": "@tags" };
const rowKey = (row: HTMLElement, key: string): boolean => {
  const href = row.dataset.href!;
  const back = encodeURIComponent(location.pathname + location.search);
  if (key in onRow) void openDialog(`${href}/edit?only=${encodeURIComponent(onRow[key])}&back=${back}`);
  else if (key === "e") location.assign(`${href}/edit?back=${back}`);
  else if (document.body.dataset.entryKeys?.includes(key)) location.assign(`${href}#key-${key}`);
  else return false;
  return true;
};

// Whoever presses the key of a kind of entry wants to write at once.
let composing = location.hash === "#composer" ? Date.now() : 0;
upgrade("form[data-composer]", (form) => {
  if (Date.now() - composing < 3000) one("textarea", form)?.focus();
});
const press = (el: HTMLElement) => {
  if (el.dataset.composerKind) composing = Date.now();
  if ("keyFocus" in el.dataset) el.focus();
  else el.click();
};
const asked = /^#key-(.)$/.exec(location.hash)?.[1];
if (asked) setTimeout(() => all(`[data-key="${asked}"]`).filter((el) => el.offsetParent).slice(0, 1).forEach(press), 100);

// Arrows move along tabs and the lines of a dialog.
document.addEventListener("keydown", (event) => {
  const el = document.activeElement as HTMLElement | null;
  const along = event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : event.key === "ArrowLeft" || event.key === "ArrowUp" ? -1 : 0;
  const group = along && el?.closest(event.key.endsWith("t") ? ".ak-tabs-list, .ak-pills" : ".ak-dialog-body:has(> .ak-menu-item)");
  if (!group || event.defaultPrevented) return;
  const items = all("a, button", group);
  const at = items.indexOf(el!);
  if (at < 0) return;
  event.preventDefault();
  items[(at + along + items.length) % items.length].focus();
});

document.addEventListener("keydown", (event) => {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (command && key === "k") return event.preventDefault(), openPalette();
  if (command && key === "s") return event.preventDefault(), save();
  if (command && key === "z" && !typing(event.target)) return void (undo() && event.preventDefault());
  if (event.key === "Escape" && !topDialog() && document.activeElement instanceof HTMLElement && typing(event.target)) return document.activeElement.blur();
  if (command || event.altKey || typing(event.target) || topDialog() || event.defaultPrevented) return;
  const single = event.key.length === 1;
  if (single && event.key !== " " && !singleKeys()) return;
  if (listKey(event)) return event.preventDefault();
  if (!single) return;
  if (Date.now() - goes < 1200) {
    goes = 0;
    return go(key);
  }
  const marked = all(`[data-key="${CSS.escape(key)}"]`).find((el) => el.offsetParent);
  if (marked) return event.preventDefault(), press(marked);
  const row = one("[data-list] tr[data-focus]");
  if (row && rowKey(row, key)) return event.preventDefault();
  // Previous and next of the list a record was opened from.
  const step = key === "j" ? "next" : key === "k" ? "prev" : "";
  const link = step && one(`a[rel="${step}"]`);
  if (link) return link.click();
  const run = runs[key];
  if (run) {
    event.preventDefault();
    run(event);
  }
});

