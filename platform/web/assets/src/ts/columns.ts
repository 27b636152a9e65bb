// Columns: drag the edge to resize, drag the head to reorder; Shift and click sorts by one more.
import { all, on, one } from "./dom";
import { send } from "./net";

const keep = (table: Element) => {
  const url = table.closest<HTMLElement>("[data-columns-url]")?.dataset.columnsUrl;
  if (!url) return;
  const cols = [...table.querySelectorAll("col")];
  const columns = all("thead th", table).map((th, i) => `${th.dataset.column}:${cols[i]?.getAttribute("width") ?? ""}`).join(",");
  void send(url, new URLSearchParams({ columns }));
};

on("pointerdown", "[data-resize]", (handle, event) => {
  event.preventDefault();
  const th = handle.closest("th")!;
  const table = th.closest("table")!;
  const col = table.querySelectorAll("col")[[...th.parentElement!.children].indexOf(th)];
  const from = event.clientX;
  const width = th.offsetWidth;
  handle.dataset.active = "";
  handle.setPointerCapture(event.pointerId);
  handle.onpointermove = (move) => col.setAttribute("width", String(Math.max(56, Math.round(width + move.clientX - from))));
  handle.onpointerup = () => {
    handle.onpointermove = handle.onpointerup = null;
    delete handle.dataset.active;
    keep(table);
  };
});
on("click", "[data-resize]", (_, event) => event.stopPropagation());

let dragged: HTMLElement | null = null;
on("pointerdown", "[data-columns-url] thead th:not(:first-child)", (th, event) => {
  if (!(event.target as Element).closest("[data-resize]")) th.draggable = true;
});
on("dragstart", "[data-columns-url] thead th", (th, event) => {
  dragged = th;
  th.dataset.dragging = "";
  event.dataTransfer?.setData("text/plain", th.dataset.column ?? "");
});
on("dragover", "[data-columns-url] thead th:not(:first-child)", (th, event) => {
  if (!dragged || th === dragged) return;
  event.preventDefault();
  all("th[data-drop]").forEach((other) => other.removeAttribute("data-drop"));
  th.dataset.drop = "";
});
on("dragend", "thead th", (th) => {
  delete th.dataset.dragging;
  dragged = null;
  all("th[data-drop]").forEach((other) => other.removeAttribute("data-drop"));
});
on("drop", "[data-columns-url] thead th:not(:first-child)", (th, event) => {
  event.preventDefault();
  if (!dragged || th === dragged) return;
  const table = th.closest("table")!;
  const heads = [...th.parentElement!.children];
  const [from, to] = [heads.indexOf(dragged), heads.indexOf(th)];
  all("tr, colgroup", table).forEach((line) => {
    if (line.childElementCount === heads.length) line.insertBefore(line.children[from], from < to ? line.children[to].nextSibling : line.children[to]);
  });
  keep(table);
});

on("click", "[data-sort-add]", (el, event) => {
  if (!event.shiftKey || !el.dataset.sortAdd) return;
  event.preventDefault();
  location.assign(el.dataset.sortAdd);
});

// A long list of names narrows while one types.
on("input", "[data-search-list]", (el) => {
  const list = one(`#${el.dataset.searchList}`);
  if (!list) return;
  const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const wanted = plain((el as HTMLInputElement).value.trim());
  const items = all("li", list);
  items.forEach((item) => (item.hidden = !plain(one("label", item)?.textContent ?? "").includes(wanted)));
  const none = one("[data-search-none]", el.closest("form") ?? document);
  if (none) none.hidden = items.some((item) => !item.hidden);
});
on("keydown", "[data-search-list]", (_, event) => {
  if (event.key === "Enter") event.preventDefault();
});
