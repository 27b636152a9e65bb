// The layout editor: fields and sections are dragged, a press of a button does not leave the page, and the preview follows.
import Sortable from "sortablejs";
import { all, announce, inserted, on, one } from "./dom";
import { send } from "./net";

const EDITOR = ".ak-layout-editor";
const isSection = (list: HTMLElement) => /^s\d+$/.test(list.dataset.place ?? "");
const isPage = (list: HTMLElement) => isSection(list) || list.dataset.place === "rest";
const keyOf = (item: HTMLElement) => item.dataset.key ?? "";

// What was dropped into a list is sent as its own; a field stands there once, and in one section only.
const settle = (form: HTMLElement, item: HTMLElement, list: HTMLElement) => {
  const input = one<HTMLInputElement>("input", item)!;
  if (list.dataset.name) input.name = list.dataset.name;
  else input.removeAttribute("name");
  const lists = isPage(list) ? all("[data-place]", form).filter(isPage) : [list];
  for (const other of lists.flatMap((list) => all(`:scope > li`, list))) {
    if (other !== item && keyOf(other) === keyOf(item)) other.remove();
  }
};

/** Asks for the page as it would be and puts it in place; `press` is what a button says. */
const look = async (form: HTMLFormElement, press: string) => {
  const body = new FormData(form);
  body.set("do", press);
  const answer = await send(form.action, body);
  const fresh = answer.fragment.querySelector<HTMLElement>(EDITOR);
  const old = form.closest<HTMLElement>(EDITOR);
  if (!fresh || !old) return;
  old.replaceWith(fresh);
  inserted(fresh);
  return fresh;
};

export const places = (form: HTMLFormElement) => {
  // The lists stand far below each other: the page scrolls well before the pointer reaches its edge.
  const drag = {
    animation: 120, delay: 200, delayOnTouchOnly: true, forceAutoScrollFallback: true, scrollSensitivity: 100, scrollSpeed: 24, bubbleScroll: true,
  };
  for (const list of all("[data-place]", form)) {
    const related = list.dataset.place === "related";
    Sortable.create(list, {
      ...drag,
      handle: "[data-handle]",
      group: {
        name: related ? "related" : "fields",
        // short lists show fields that stand in a section as well
        pull: (to, from) => (related ? false : isPage(to.el) === isPage(from.el) ? true : "clone"),
        put: related ? false : ["fields"],
      },
      onEnd: (event) => {
        if (event.to === event.from && event.oldIndex === event.newIndex) return;
        settle(form, event.item, event.to);
        void look(form, "look").then(() => announce(one(".ak-truncate", event.item)?.textContent ?? ""));
      },
    });
  }
  const sections = one("[data-place-sections]", form);
  if (sections) Sortable.create(sections, { ...drag, handle: "[data-section-handle]", onEnd: (event) => void (event.oldIndex !== event.newIndex && look(form, "look")) });
};

on("submit", "form[data-places]", (form, event) => {
  const press = (event as SubmitEvent).submitter as HTMLButtonElement | null;
  if (press?.name !== "do" || !press.value) return;
  event.preventDefault();
  const said = press.value;
  void look(form as HTMLFormElement, said).then((fresh) => {
    // whoever moves by keyboard goes on with the same button, or with the next that can be pressed
    const buttons = fresh ? all<HTMLButtonElement>("button[name=do]", fresh) : [];
    const same = buttons.find((button) => button.value === said);
    const beside = same?.disabled ? buttons.find((button) => !button.disabled && button.parentElement === same.parentElement) : same;
    (beside ?? buttons.find((button) => button.value.startsWith("add ") && button.value.endsWith(said.split(" ")[1] ?? "")))?.focus();
  });
});
