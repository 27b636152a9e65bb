// The palette: results come from the server as a fragment, keys move through them.
import { all, later, on, one } from "./dom";
import { fill, send } from "./net";

const palette = () => one<HTMLDialogElement>("[data-palette]");

export const openPalette = () => {
  const dialog = palette();
  if (!dialog || dialog.open) return;
  dialog.showModal();
  const input = one<HTMLInputElement>("input", dialog)!;
  input.select();
  void search(input.value);
};

let asked = 0;
const search = async (q: string, url = palette()!.dataset.searchUrl!) => {
  const mine = ++asked;
  const answer = await send(`${url}${url.includes("?") ? "&" : "?"}q=${encodeURIComponent(q)}`);
  const dialog = palette()!;
  if (mine !== asked || !answer.ok) return;
  const list = one("[data-palette-results]", dialog)!;
  fill(list, answer);
  one("[data-palette-count]", dialog)!.textContent = one("[data-palette-summary]", list)?.dataset.paletteSummary ?? "";
  all("[data-hit]", list).forEach((hit, i) => (hit.id = `hit-${i}`));
  select(0);
};
const searchLater = later(120, (q: string) => void search(q));

const hits = () => all<HTMLAnchorElement>("[data-hit]", palette()!);
const current = () => hits().findIndex((hit) => hit.ariaSelected === "true");
const select = (at: number) => {
  const list = hits();
  list.forEach((hit, i) => (hit.ariaSelected = String(i === at)));
  list[at]?.scrollIntoView({ block: "nearest" });
  one("input", palette()!)?.setAttribute("aria-activedescendant", list[at]?.id ?? "");
};

on("click", "[data-palette-open]", (_, event) => {
  if (event.ctrlKey || event.metaKey || !palette()) return;
  event.preventDefault();
  openPalette();
});
on("input", "[data-palette] input", (el) => searchLater((el as HTMLInputElement).value));
on("keydown", "[data-palette]", (el, event) => {
  const list = hits();
  const at = current();
  // a search field would only empty itself
  if (event.key === "Escape") {
    event.preventDefault();
    palette()!.close();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    select((at + (event.key === "ArrowDown" ? 1 : -1) + list.length) % Math.max(list.length, 1));
  } else if (event.key === "Enter" && list[at]) {
    event.preventDefault();
    if ((event.ctrlKey || event.metaKey) && list[at].href) window.open(list[at].href);
    else list[at].click();
  } else if (event.key === "Tab" && list[at]?.dataset.actionsUrl) {
    event.preventDefault();
    void search("", list[at].dataset.actionsUrl);
  }
});
document.addEventListener("mousedown", (event) => {
  if (event.target === palette()) palette()!.close();
});
