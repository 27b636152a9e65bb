// Entry: everything that every page may need. Heavier parts load when a page shows them.
import htmx from "htmx.org";
import { on, one, upgrade, watch } from "./dom";
import { csrf, send } from "./net";
import "./dialogs";
import "./forms";
import "./frame";
import "./fresh";
import "./keys";
import { peekAt } from "./list";
import "./edit";
import "./columns";
import "./menus";
import "./palette";
import "./toasts";

document.addEventListener("htmx:config:request", (event) => {
  const request = (event as CustomEvent).detail.ctx.request;
  request.headers["X-CSRF-Token"] = csrf();
});

upgrade("body[data-news]", (el) => void import("./news").then((m) => m.news(el.dataset.news!)));
upgrade("form[data-live]", (el) => void import("./live").then((m) => m.live(el as HTMLFormElement)));
upgrade("[data-calendar][data-entries]", (el) => {
  // a phone shows the days one below the other until somebody asks for more
  if (!("open" in el.dataset) || window.innerWidth >= 768) void import("./calendar").then((m) => m.calendar(el));
});
on("click", "[data-peek-href]", (el, event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || window.innerWidth < 768) return;
  event.preventDefault();
  void peekAt(el.dataset.peekHref!);
});
upgrade("[data-board]", (el) => void import("./board").then((m) => m.board(el)));
upgrade("[data-order-url],[data-sortable]", (el) => void import("./order").then((m) => m.order(el)));
// The filter builder comes when it is opened first.
on("click", "[data-filter-open]", (_, event) => {
  const place = one("[data-filter-src]");
  if (!place || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  void send(place.dataset.filterSrc!).then((answer) => {
    const root = answer.fragment.querySelector<HTMLElement>("[data-filter]");
    if (!answer.ok || !root) return;
    root.dataset.filterShow = "";
    place.replaceWith(root);
  });
});
upgrade("form[data-places]", (el) => void import("./places").then((m) => m.places(el as HTMLFormElement)));
upgrade("[data-file-drop]", (el) => void import("./files").then((m) => m.files(el)));
// The editor of rich text comes when somebody is about to write.
const editRich = (el: HTMLElement, focus: boolean) => {
  if ("editing" in el.dataset) return;
  el.dataset.editing = "";
  void import("./rich").then((m) => m.rich(el as HTMLTextAreaElement, focus || document.activeElement === el));
};
on("focusin", "textarea[data-rich]", (el) => editRich(el, true));
upgrade("dialog textarea[data-rich]", (el) => editRich(el, false));
// what is written already is not shown as its marks
upgrade("form:not([data-composer]) textarea[data-rich]", (el) => (el as HTMLTextAreaElement).value.trim() && editRich(el, false));
upgrade("[data-pdf]", (el) => void import("./pdf").then((m) => m.pdf(el)));
upgrade("[data-flow-canvas]", (el) => void import("./flow").then((m) => m.flow(el)));
upgrade("input[data-areas]", (el) => void import("./areas").then((m) => m.areas(el as HTMLInputElement)));
upgrade("svg[data-network]", (el) => void import("./network").then((m) => m.network(el as unknown as SVGSVGElement)));
upgrade("form[data-passkey]", (el) => void import("./passkeys").then((m) => m.passkey(el as HTMLFormElement)));
upgrade("[data-shown-when],[data-wanted-when]", (el) => void import("./when").then((m) => m.when(el)));
on("click", "[data-condition]", (el, event) => {
  event.preventDefault();
  void import("./condition").then((m) => m.condition(el as HTMLButtonElement));
});
upgrade("[data-filter]", (el) => void import("./filter").then((m) => m.filter(el)));
upgrade("select[data-link-picker],select[data-multi]", (el) => void import("./picker").then((m) => m.picker(el as HTMLSelectElement)));
watch((root) => htmx.process(root));
