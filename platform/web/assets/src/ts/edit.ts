// Inline editing of a cell or field: the server draws the editor and the result.
import { openDialog } from "./dialogs";
import { all, announce, inserted, on, one, typing, wordList } from "./dom";
import { send, showToast } from "./net";
import type TomSelect from "tom-select";

const before = new WeakMap<HTMLElement, Node[]>();

// A cell of a list is edited at the address of its row and its column; others name theirs.
const address = (cell: HTMLElement) => {
  if (cell.dataset.edit || !(cell instanceof HTMLTableCellElement)) return cell.dataset.edit!;
  const column = cell.closest("table")!.tHead!.rows[0].cells[cell.cellIndex].dataset.column;
  return `${cell.closest("tr")!.dataset.href}/fields/${column}?as=cell`;
};

// What is typed from the start of an editor until it stands in its cell is held back and put in then.
type Key = { key: string; shiftKey: boolean };
let held: { cell: HTMLElement; keys: Key[]; asked?: boolean } | undefined;
window.addEventListener("keydown", (event) => {
  if (!held || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) && !(event.target as Element).closest("[data-editing]")) return;
  if (event.key.length > 1 && !/^(Backspace|Enter|Escape|Tab)$/.test(event.key)) return;
  held.keys.push({ key: event.key, shiftKey: event.shiftKey });
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

const start = async (cell: HTMLElement) => {
  if (held?.cell !== cell) held = { cell, keys: [] };
  if (held.asked) return;
  if ("editing" in cell.dataset || "lock" in cell.dataset || "editDialog" in cell.dataset) {
    held = undefined;
    if ("lock" in cell.dataset) showToast(reason(cell));
    else if ("editDialog" in cell.dataset) void openDialog(address(cell));
    return;
  }
  held.asked = true;
  const answer = await send(address(cell));
  // another cell was begun meanwhile
  if (held?.cell !== cell) return;
  const form = answer.fragment.querySelector("form");
  if (!answer.ok || !form) return void (held = undefined);
  pencil.remove();
  before.set(cell, [...cell.childNodes]);
  cell.dataset.editing = "";
  cell.replaceChildren(...answer.fragment.childNodes);
  inserted(cell);
  const field = one<Field>(FIELD, cell);
  field?.focus();
  if (field instanceof HTMLInputElement) field.select();
  if (field?.matches("[data-link-picker], [data-multi]")) await picking(field as Picked);
  if (held?.cell === cell) putIn(cell, field);
};

const FIELD = "input:not([type=hidden]),select,textarea";
type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type Picked = HTMLSelectElement & { tomselect?: TomSelect };
const moment = () => new Promise((done) => setTimeout(done));

/** A picker takes the place of its <select> a moment later, and the caret another moment after that. */
const picking = async (select: Picked) => {
  await import("./picker");
  for (let n = 0; n < 50 && !select.tomselect; n++) await moment();
  select.tomselect?.focus();
  await moment();
};

/** Puts in what was held back; what left the cell leaves it now, and what came behind goes on to the next one. */
const putIn = (cell: HTMLElement, field: Field | null) => {
  const keys = held?.keys ?? [];
  held = undefined;
  const leaves = ({ key }: Key) => /^(Escape|Tab)$/.test(key) || (key === "Enter" && !(field instanceof HTMLTextAreaElement));
  const end = keys.findIndex(leaves);
  const own = end < 0 ? keys : keys.slice(0, end);
  const text = own.reduce((text, { key }) => (key === "Backspace" ? text.slice(0, -1) : text + (key === "Enter" ? "\n" : key)), "");
  const picker = (field as Picked | null)?.tomselect;
  if (own.length && picker) {
    picker.setTextboxValue(text);
    picker.control_input.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (own.length && field instanceof HTMLSelectElement) {
    const found = [...field.options].find((option) => option.text.toLowerCase().startsWith(text.toLowerCase()));
    if (text && found) field.value = found.value;
  } else if (own.length && field && !/^(checkbox|date|file|radio)$/.test(field.type)) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  // what is looked for in a picker is chosen there first
  if (end >= 0 && !(picker && text)) leave(cell, keys[end], keys.slice(end + 1));
};
const stop = (cell: HTMLElement) => {
  // after a clash the cell shows what somebody else has saved
  const theirs = cell.querySelector("template")?.content.childNodes;
  cell.replaceChildren(...(theirs ?? before.get(cell) ?? []));
  delete cell.dataset.editing;
};
const commit = async (cell: HTMLElement): Promise<boolean> => {
  const form = one<HTMLFormElement>("form", cell);
  if (!form) return true;
  const answer = await send(form.action, new FormData(form));
  if (answer.status === 0) return false;
  const fragment = answer.fragment;
  // A whole cell may be answered; its content is what counts.
  const whole = fragment.querySelector("td, dd") ?? (/^\s*<t[dh]/.test(answer.html) ? parseCell(answer.html) : null);
  cell.replaceChildren(...(whole ?? fragment).childNodes);
  inserted(cell);
  if (answer.ok) delete cell.dataset.editing;
  else one(FIELD, cell)?.focus();
  return answer.ok;
};
const parseCell = (html: string) => {
  const template = document.createElement("template");
  template.innerHTML = `<table><tbody><tr>${html}</tr></tbody></table>`;
  return template.content.querySelector("td, th");
};

const neighbour = (cell: HTMLElement, down: boolean, back: boolean): HTMLElement | undefined => {
  if (down && cell.tagName === "TD") {
    const index = [...cell.parentElement!.children].indexOf(cell);
    let row = cell.parentElement!.nextElementSibling;
    while (row && !row.matches("[data-row]")) row = row.nextElementSibling;
    return row?.children[index] as HTMLElement | undefined;
  }
  const cells = all("[data-edit]", cell.closest("table, .ak-record-fields, main") ?? document);
  return cells[cells.indexOf(cell) + (back ? -1 : 1)];
};

// Read-only cells say why: to the pointer, to whoever hears the page, and to whoever tries.
const CELLS = "td[data-edit],td[data-lock]";
const reason = (cell: HTMLElement) => wordList(cell.closest<HTMLElement>("[data-locks]")?.dataset.locks ?? "").get(cell.dataset.lock ?? "") ?? "";
const explain = (cell: HTMLElement) => {
  if (cell.ariaDescription) return;
  const why = reason(cell);
  cell.ariaDescription = why;
  cell.title = cell.title ? `${cell.title} · ${why}` : why;
};
on("mouseover", "td[data-lock]", explain);
on("dblclick", "td[data-lock]", (cell) => void start(cell));

// One pencil for all cells of a table: it comes into the cell under the pointer.
const pencil = document.createElement("button");
pencil.type = "button";
pencil.className = "ak-cell-edit";
pencil.tabIndex = -1;
pencil.setAttribute("aria-hidden", "true");
on("mouseover", "td[data-edit]", (cell) => {
  if ("editing" in cell.dataset || pencil.parentElement === cell) return;
  if (!pencil.firstChild) {
    const sample = one("svg.ak-icon use")?.getAttribute("href");
    if (!sample) return;
    pencil.innerHTML = `<svg class="ak-icon" width="12" height="12" viewBox="0 0 24 24" aria-hidden="true"><use href="${sample.split("#")[0]}#pencil"></use></svg>`;
  }
  cell.append(pencil);
});

on("click", ".ak-cell-edit", (el, event) => {
  const cell = el.closest<HTMLElement>("[data-edit]");
  if (!cell || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  void start(cell);
});
on("dblclick", "[data-edit]", (cell) => void start(cell));
on("click", "[data-keep-mine]", (el) => void commit(el.closest<HTMLElement>("[data-editing]")!));
on("click", "[data-take-theirs]", (el) => stop(el.closest<HTMLElement>("[data-editing]")!));
on("submit", "[data-editing] form", (form, event) => {
  event.preventDefault();
  void commit(form.closest<HTMLElement>("[data-editing]")!);
}, true);
/** Esc leaves as it was; Tab and Enter save and go on, with what was typed behind them. */
const leave = (cell: HTMLElement, { key, shiftKey }: Key, keys: Key[] = []) => {
  if (key === "Escape") return stop(cell);
  const next = neighbour(cell, key === "Enter", shiftKey);
  held = next && { cell: next, keys };
  void commit(cell).then((saved) => {
    const behind = held?.cell === next ? held : undefined;
    if (!saved || !next) return void (behind && (held = undefined));
    if (key === "Enter" || marked()) mark(next);
    if (key === "Tab" || behind?.keys.length) void start(next);
    else held = undefined;
  });
};
on("keydown", "[data-editing]", (cell, event) => {
  const multi = event.target instanceof HTMLTextAreaElement;
  // the list of a picker takes Enter for what is marked in it
  if (event.key === "Enter" && one(".ts-wrapper.dropdown-active .option.active", cell)) return;
  if (event.key !== "Escape" && event.key !== "Tab" && (event.key !== "Enter" || multi)) return;
  if (event.key !== "Escape") event.preventDefault();
  event.stopPropagation();
  leave(cell, event);
}, true);
on("focusout", "[data-editing]", (cell, event) => {
  const to = event.relatedTarget as Node | null;
  setTimeout(() => {
    if ("editing" in cell.dataset && cell.isConnected && document.hasFocus() && !cell.contains(to) && !cell.contains(document.activeElement)) void commit(cell);
  }, 150);
});

// A marked cell takes Enter, F2, typing and the arrows.
const marked = () => one("td[data-cell-focus]");
const mark = (cell: HTMLElement | undefined) => {
  marked()?.removeAttribute("data-cell-focus");
  if (!cell) return;
  cell.dataset.cellFocus = "";
  if ("lock" in cell.dataset) explain(cell);
  announce([cell.textContent?.trim(), cell.ariaDescription].filter(Boolean).join(". "));
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
};
on("mousedown", CELLS, (cell, event) => {
  if (event.altKey) mark(cell);
});
document.addEventListener("keydown", (event) => {
  const row = one("[data-list] tr[data-focus]");
  if (typing(event.target) || event.ctrlKey || event.metaKey) return;
  const cell = marked();
  if (!cell) {
    if (event.key === "F2" && row) mark(one(CELLS, row) ?? undefined);
    return;
  }
  const cells = all(CELLS, cell.parentElement!);
  if (event.key === "ArrowRight" || event.key === "ArrowLeft") mark(cells[cells.indexOf(cell) + (event.key === "ArrowRight" ? 1 : -1)] ?? cell);
  else if (event.key === "ArrowDown") mark(neighbour(cell, true, false) ?? cell);
  else if (event.key === "Escape") mark(undefined);
  else if (event.key === "Enter" || event.key === "F2") void start(cell);
  else if (event.key.length === 1 && event.key !== " ") {
    held = { cell, keys: [{ key: event.key, shiftKey: false }] };
    void start(cell);
  } else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
