// The frame: side bar, theme, folds that stay as they were left.
import { on, one, upgrade } from "./dom";

const root = document.documentElement;
export const foldSidebar = () => {
  const folded = root.dataset.sidebar === "folded";
  if (folded) delete root.dataset.sidebar;
  else root.dataset.sidebar = "folded";
  document.cookie = `sidebar=${folded ? "open" : "folded"};path=/;max-age=31536000;samesite=lax`;
};

on("click", "[data-theme-choice]", (el, event) => {
  event.preventDefault();
  root.dataset.theme = el.dataset.themeChoice!;
  el.parentElement?.querySelectorAll("[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
  el.setAttribute("aria-current", "true");
  void fetch((el as HTMLAnchorElement).href, { redirect: "manual" });
});
// The answer to a form stands at an address of its own: loading it again sends no form again.
upgrade("[data-stands-at]", (el) => history.replaceState(history.state, "", el.dataset.standsAt));
upgrade("details[data-remember-fold]", (el) => {
  const details = el as HTMLDetailsElement;
  const key = `fold:${location.pathname.split("/")[1]}:${details.dataset.rememberFold}`;
  const kept = localStorage.getItem(key);
  if (kept) details.open = kept === "open";
  details.addEventListener("toggle", () => localStorage.setItem(key, details.open ? "open" : "folded"));
});
// Where one stands in a row that scrolls comes into sight.
upgrade(".ak-steps [aria-current], .ak-path [aria-current], .ak-side-menu [aria-current], .ak-tabs-list [aria-current]", (el) => {
  const row = el.closest<HTMLElement>(".ak-steps, .ak-path ol, .ak-side-menu, .ak-tabs-list")!;
  const bring = () => {
    if (row.scrollWidth > row.clientWidth) row.scrollLeft += el.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - el.clientWidth) / 2;
  };
  bring();
  // counts that come later make tabs wider; who scrolls by hand is left alone
  const sizes = new ResizeObserver(bring);
  [row, ...row.children].forEach((part) => sizes.observe(part));
  for (const kind of ["wheel", "pointerdown", "keydown"]) row.addEventListener(kind, () => sizes.disconnect(), { once: true, passive: true });
});
// Tabs that do not fit fade out at the edge.
upgrade(".ak-tabs-list", (row) => {
  const tell = () => row.toggleAttribute("data-more", row.scrollLeft + row.clientWidth < row.scrollWidth - 1);
  new ResizeObserver(tell).observe(row);
  row.addEventListener("scroll", tell, { passive: true });
});
on("click", "[data-sidebar-open]", () => setTimeout(() => one("#sidebar a, #sidebar summary")?.focus()));
on("click", "[data-print]", () => window.print());

// The dashboard alone on the screen; where the browser refuses, its link leaves the frame away.
on("click", "[data-fullscreen=on]", (link, event) => {
  event.preventDefault();
  one("#main")!.requestFullscreen().catch(() => location.assign((link as HTMLAnchorElement).href));
});
