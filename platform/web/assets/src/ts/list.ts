// Lists: focus by keyboard, selection, the bulk bar, the side panel.
import { showDialog } from "./dialogs";
import { all, announce, inserted, on, one, upgrade } from "./dom";
import { send } from "./net";

const rows = () => all("[data-list] tr[data-row]");
const focused = () => one("[data-list] tr[data-focus]");
const focus = (row: HTMLElement | undefined) => {
  if (!row) return;
  focused()?.removeAttribute("data-focus");
  row.dataset.focus = "";
  row.scrollIntoView({ block: "nearest" });
  announce(one(".ak-name-link", row)?.textContent ?? "");
  if (panel() && !panel()!.hidden) void peek(row);
};

/** Handles a key that belongs to a list; whether it did. */
export const listKey = (event: KeyboardEvent): boolean => {
  if (event.key === "Escape" && one("[data-calendar]") && panel() && !panel()!.hidden) return closePeek(), true;
  const list = rows();
  if (!list.length || (event.target as Element).closest?.("[data-card], .ak-menu[open]")) return false;
  const row = focused();
  const at = row ? list.indexOf(row) : -1;
  switch (event.key) {
    case "j": case "J": return focus(list[Math.min(at + 1, list.length - 1)]), true;
    case "k": case "K": return focus(list[Math.max(at - 1, 0)]), true;
  }
  if (!row) return false;
  switch (event.key) {
    case "x": case "X": return toggle(row, event.shiftKey), true;
    case "Enter":
      if (event.target !== document.body && (event.target as Element).closest("a,button,summary")) return false;
      return location.assign(row.dataset.href!), true;
    case " ": return panel() && !panel()!.hidden ? closePeek() : void peek(row), true;
    case "Escape": return panel() && !panel()!.hidden ? (closePeek(), true) : false;
    default: return false;
  }
};

/** Puts the rows of `now` in place of the list's; what is ticked, focused and open beside it stays. */
export const renew = (list: HTMLElement, now: HTMLElement) => {
  const known = new Map(all("tr[data-row]", list).map((row) => [row.dataset.row!, row.textContent]));
  const ticked = new Set(all<HTMLInputElement>("[data-pick]:checked", list).map((box) => box.value));
  const [focus, open] = ["tr[data-focus]", "tr[aria-selected]"].map((which) => one(which, list)?.dataset.row);
  const [top, left] = [list.scrollTop, list.scrollLeft];
  list.replaceChildren(...now.childNodes);
  all("tr[data-row]", list).forEach((row) => {
    const id = row.dataset.row!;
    if (known.get(id) !== row.textContent) row.dataset.changed = "";
    if (id === focus) row.dataset.focus = "";
    if (id === open) row.setAttribute("aria-selected", "true");
    const box = one<HTMLInputElement>("[data-pick]", row);
    if (box && ticked.has(box.value)) box.checked = true;
  });
  if (panel() && !panel()!.hidden) fold(true);
  [list.scrollTop, list.scrollLeft] = [top, left];
  inserted(list);
  if (ticked.size) show();
};

// Selection
const boxes = () => all<HTMLInputElement>("[data-list] [data-pick]");
let last: HTMLInputElement | null = null;
const toggle = (row: HTMLElement, range: boolean) => {
  const box = one<HTMLInputElement>("[data-pick]", row);
  if (!box) return;
  box.checked = !box.checked;
  picked(box, range);
};
const picked = (box: HTMLInputElement, range: boolean) => {
  if (range && last) {
    const list = boxes();
    const [a, b] = [list.indexOf(last), list.indexOf(box)].sort((x, y) => x - y);
    list.slice(a, b + 1).forEach((other) => (other.checked = box.checked));
  }
  last = box;
  show();
};
on("click", "[data-pick]", (el, event) => picked(el as HTMLInputElement, event.shiftKey));
on("change", "[data-pick-page]", (el) => {
  boxes().forEach((box) => (box.checked = (el as HTMLInputElement).checked));
  show();
});
const ofGroup = (group: HTMLElement) => {
  const found: HTMLInputElement[] = [];
  for (let row = group.nextElementSibling; row && !row.matches("[data-group]"); row = row.nextElementSibling) {
    const box = row.querySelector<HTMLInputElement>("[data-pick]");
    if (box) found.push(box);
  }
  return found;
};
on("change", "[data-pick-group]", (el) => {
  ofGroup(el.closest("tr")!).forEach((box) => (box.checked = (el as HTMLInputElement).checked));
  show();
});

const bar = () => one<HTMLFormElement>("[data-bulk]");
const show = () => {
  const list = boxes();
  const chosen = list.filter((box) => box.checked);
  all("[data-list]").forEach((el) => el.toggleAttribute("data-selecting", chosen.length > 0));
  const page = one<HTMLInputElement>("[data-pick-page]");
  if (page) [page.checked, page.indeterminate] = [chosen.length === list.length && !!list.length, !!chosen.length && chosen.length < list.length];
  all<HTMLInputElement>("[data-pick-group]").forEach((box) => {
    const own = ofGroup(box.closest("tr")!);
    const n = own.filter((one) => one.checked).length;
    [box.checked, box.indeterminate] = [!!n && n === own.length, !!n && n < own.length];
  });
  const form = bar();
  if (!form) return;
  form.hidden = !chosen.length;
  one("[data-bulk-count]", form)!.textContent = String(chosen.length);
  one<HTMLInputElement>("[data-bulk-all-field]", form)!.value = "";
  one("[data-bulk-all]", form)?.removeAttribute("hidden");
};
on("click", "[data-bulk-clear]", () => {
  boxes().forEach((box) => (box.checked = false));
  show();
});
on("click", "[data-bulk-all]", (el) => {
  // the rows in sight are among them
  boxes().forEach((box) => (box.checked = true));
  show();
  one<HTMLInputElement>("[data-bulk-all-field]", bar()!)!.value = "1";
  const count = /[\d.,]+/.exec(el.textContent ?? "")?.[0];
  if (count) one("[data-bulk-count]", bar()!)!.textContent = count;
  el.hidden = true;
});
on("submit", "[data-bulk]", (el, event) => {
  const form = el as HTMLFormElement;
  const button = event.submitter as HTMLButtonElement | null;
  if (!button?.hasAttribute("formaction")) return;
  event.preventDefault();
  const data = new FormData(form, button);
  if (data.get("all") === "1") {
    for (const [key, value] of new URLSearchParams(location.search)) data.append(key, value);
  } else boxes().filter((box) => box.checked).forEach((box) => data.append("id", box.value));
  void send(button.formAction, data).then((answer) => {
    if (answer.moved || showDialog(answer)) return;
    if (!answer.ok) return;
    if (!answer.html.trim()) return location.reload();
    boxes().forEach((box) => (box.checked = false));
    show();
  });
});
window.addEventListener("pageshow", show);

// The side panel
const panel = () => one("[data-peek-panel]");
const RANKS = ["status", "field", "subtitle"];
const fold = (on: boolean) => {
  const table = one("[data-list] table");
  if (!table) return;
  const sample = one("tr[data-row]", table);
  const cells = sample ? [...sample.children] as HTMLElement[] : [];
  const wanted = new Set<number>([0]);
  for (const rank of RANKS) cells.forEach((cell, i) => wanted.size < (rank === "subtitle" ? 5 : 4) && cell.dataset.phone === rank && wanted.add(i));
  all("tr, colgroup", table).forEach((line) => {
    if (line.childElementCount > 1) [...line.children].forEach((cell, i) => {
      cell.toggleAttribute("data-peek-hidden", on && !wanted.has(i));
      cell.toggleAttribute("data-peek-last", on && i === Math.max(...wanted));
    });
    else if (line.firstElementChild instanceof HTMLTableCellElement) line.firstElementChild.colSpan = on ? wanted.size : cells.length;
  });
};
const peekAddress = (row: HTMLElement) => {
  const { from, of } = row.closest<HTMLElement>("[data-list]")!.dataset;
  const place = of ? `?n=${Number(from) + rows().indexOf(row)}&of=${encodeURIComponent(of)}` : "";
  return `${row.dataset.href}/peek${place}`;
};
const peek = async (row: HTMLElement) => {
  const place = panel();
  if (!place) return location.assign(row.dataset.href!);
  const answer = await send(peekAddress(row));
  if (!answer.ok) return;
  place.replaceChildren(...answer.fragment.childNodes);
  place.hidden = false;
  inserted(place);
  fold(true);
  all("[data-list] tr[aria-selected]").forEach((other) => other.removeAttribute("aria-selected"));
  row.setAttribute("aria-selected", "true");
};
/** Shows a record beside whatever is on the page; where there is no room for it, its own page. */
export const peekAt = async (href: string) => {
  const place = panel();
  if (!place) return location.assign(href);
  const answer = await send(`${href}/peek`);
  if (!answer.ok) return;
  place.replaceChildren(...answer.fragment.childNodes);
  place.hidden = false;
  inserted(place);
};
const closePeek = () => {
  const place = panel();
  if (!place) return;
  place.hidden = true;
  place.replaceChildren();
  fold(false);
  all("[data-list] tr[aria-selected]").forEach((row) => row.removeAttribute("aria-selected"));
};
upgrade("[data-peek-panel]:not([hidden])", () => fold(true));
on("click", "[data-peek-close]", closePeek);
on("click", "[data-peek-next]", () => step(1));
on("click", "[data-peek-previous]", () => step(-1));
const step = (by: number) => {
  const list = rows();
  const at = list.findIndex((row) => row.ariaSelected === "true");
  focus(list[at + by]);
};
// A double click edits the cell under it; the panel waits until it is sure that none follows.
let soon = 0;
const DOUBLE = 260;
on("click", "[data-list] tr[data-row]", (row, event) => {
  const target = event.target as Element;
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (target.closest("input, button, summary, form, [data-editing], td[data-edit] .ak-cell-edit") || window.getSelection()?.toString()) return;
  const link = target.closest("a");
  if (link && !link.classList.contains("ak-name-link")) return;
  if (window.innerWidth < 768) return;
  event.preventDefault();
  focused()?.removeAttribute("data-focus");
  row.dataset.focus = "";
  clearTimeout(soon);
  if (link || !target.closest("td[data-edit], td[data-lock]")) void peek(row);
  else if (event.detail < 2) soon = window.setTimeout(() => one("[data-editing]", row) ?? void peek(row), DOUBLE);
});
