// Menus are <details>: script closes them and moves with the arrow keys.
import { all, on } from "./dom";

const closeAll = (except?: Element | null) =>
  all<HTMLDetailsElement>("details[data-menu][open]").forEach((menu) => menu !== except && !menu.contains(except ?? null) && (menu.open = false));

document.addEventListener("click", (event) => {
  const at = event.target as Element;
  // an entry that opens a dialog leaves no menu open behind it
  closeAll(at.closest(".ak-menu-item[data-dialog-href]") ? null : at.closest("details[data-menu]"));
});
on("keydown", "details[data-menu][open]", (el, event) => {
  const menu = el as HTMLDetailsElement;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary")?.focus();
    event.stopPropagation();
    return;
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  const items = all(".ak-menu-list :is(a, button, input)", menu);
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length]?.focus();
}, true);
