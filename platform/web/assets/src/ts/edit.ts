// Inline editing of a cell or field: the server draws the editor and the result.
import { openDialog } from "./dialogs";
import { all, announce, inserted, on, one, typing, wordList } from "./dom";
import { send, showToast } from "./net";

const before = new WeakMap<HTMLElement, Node[]>();

// A cell of a list is edited at the address of its row and its column; others name theirs.
const address = (cell: HTMLElement) => {
  if (cell.dataset.edit || !(cell instanceof HTMLTableCellElement)) return cell.dataset.edit!;
  const column = cell.closest("table")!.tHead!.rows[0].cells[cell.cellIndex].dataset.column;
  return `${cell.closest("tr")!.dataset.href}/fields/${column}?as=cell`;
};

const start = async (cell: HTMLElement, typed = "") => {
  if ("editing" in cell.dataset) return;
  if ("lock" in cell.dataset) return showToast(reason(cell));
  if ("editDialog" in cell.dataset) return void openDialog(address(cell));
  const answer = await send(address(cell));
  const form = answer.fragment.querySelector("form");
  if (!answer.ok || !form) return;
  pencil.remove();
  before.set(cell, [...cell.childNodes]);
  cell.dataset.editing = "";
  cell.replaceChildren(...answer.fragment.childNodes);
  inserted(cell);
  const field = one<HTMLInputElement>("input:not([type=hidden]),select,textarea", cell);
  field?.focus();
  if (typed && field && "setRangeText" in field && field.type !== "date") field.value = typed;
  else if (field instanceof HTMLInputElement) field.select();
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
  else one("input:not([type=hidden]),select,textarea", cell)?.focus();
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
on("keydown", "[data-editing]", (cell, event) => {
  const multi = event.target instanceof HTMLTextAreaElement;
  if (event.key === "Escape") {
    event.stopPropagation();
    stop(cell);
  } else if (event.key === "Tab" || (event.key === "Enter" && !multi)) {
    event.preventDefault();
    event.stopPropagation();
    const next = neighbour(cell, event.key === "Enter", event.shiftKey);
    void commit(cell).then((saved) => {
      if (!saved || !next) return;
      if (event.key === "Tab") void start(next);
      else mark(next);
    });
  }
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
  else if (event.key.length === 1 && event.key !== " ") void start(cell, event.key);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
