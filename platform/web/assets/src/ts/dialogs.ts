// Dialogs: loaded into the mount, modal, with a question before changes are lost.
import { all, inserted, on, one, say, upgrade } from "./dom";
import { type Answer, send } from "./net";
import { isDirty, sending, settle, stain } from "./forms";

const mount = () => one("[data-dialog-mount]");

/** Opens the dialog at `url`; whether there was one. */
export const openDialog = async (url: string): Promise<boolean> => {
  const answer = await send(url);
  // the session has ended: the sign-in stands open instead
  return answer.status === 401 || showDialog(answer);
};

/** Shows the dialog an answer carries; the one open before in this place leaves. */
export const showDialog = (answer: Answer, place = mount()): boolean => {
  const dialog = answer.fragment.querySelector<HTMLDialogElement>("dialog");
  if (!dialog || !place) return false;
  if (place.dataset.stacked) rename(answer.fragment, place.dataset.stacked);
  place.replaceChildren(...answer.fragment.childNodes);
  inserted(place);
  open(dialog);
  return true;
};

/** A record made or chosen in a dialog that stands over a form. */
export type Made = { value: string; label: string };
const waiting = new WeakMap<Element, (made?: Made) => void>();
let stacked = 0;

/** Opens the dialog at `url` over whatever is open and settles with the record made in it, or nothing. */
export const makeInDialog = async (url: string): Promise<Made | undefined> => {
  const answer = await send(url);
  const place = document.createElement("div");
  place.dataset.dialogMount = "";
  place.dataset.stacked = `over${++stacked}-`;
  document.body.append(place);
  return new Promise((settled) => {
    waiting.set(place, (made) => {
      place.remove();
      settled(made);
    });
    if (!showDialog(answer, place)) finish(place);
  });
};
const placeOf = (dialog: HTMLDialogElement) => dialog.closest<HTMLElement>("[data-dialog-mount]") ?? mount();
const finish = (place: HTMLElement | null, made?: Made) => place && waiting.get(place)?.(made);
const madeBy = (el: HTMLElement): Made => ({ value: el.dataset.made!, label: el.dataset.madeLabel ?? "" });

// Two forms over one another have the same fields: the upper one's ids get a mark of their own.
const rename = (root: DocumentFragment, mark: string) => {
  root.querySelectorAll("[id]").forEach((el) => (el.id = mark + el.id));
  for (const name of ["for", "aria-labelledby", "aria-describedby", "aria-controls"])
    root.querySelectorAll(`[${name}]`).forEach((el) => el.setAttribute(name, el.getAttribute(name)!.split(" ").map((id) => mark + id).join(" ")));
  root.querySelectorAll('a[href^="#"]').forEach((el) => el.setAttribute("href", `#${mark}${el.getAttribute("href")!.slice(1)}`));
};
// "Use this" among possible duplicates is as good as having made it.
on("click", "[data-stacked] a[data-made]", (el, event) => {
  event.preventDefault();
  const dialog = el.closest("dialog")!;
  const place = placeOf(dialog);
  dialog.close();
  finish(place, madeBy(el));
});

document.addEventListener("akrab:signed-out", (event) => {
  const answer = (event as CustomEvent<Answer>).detail;
  const dialog = answer.fragment.querySelector<HTMLDialogElement>("dialog");
  if (!dialog) return location.reload();
  mount()?.append(dialog);
  inserted(dialog);
  open(dialog);
});

const open = (dialog: HTMLDialogElement) => {
  if (dialog.open && !dialog.matches(":modal")) dialog.close();
  if (!dialog.open) dialog.showModal();
  focusIn(dialog);
};

// The first thing to fill in; in a question the way out, in a list its first entry.
const FIRST = ["[data-error-summary]", "[autofocus],[aria-invalid=true]", "input:not([type=hidden]),select,textarea", ".ak-dialog-foot [data-close]", ".ak-dialog-body :is(a, button)"];
const focusIn = (dialog: HTMLElement) => {
  for (const selector of FIRST) {
    const found = one(selector, dialog);
    if (found) return found.focus();
  }
};

export const closeDialog = (dialog: HTMLDialogElement, force = false) => {
  const form = one<HTMLFormElement>("form[data-guard]", dialog);
  if (!force && form && isDirty(form) && !window.confirm(say("js-unsaved"))) return;
  if (form) settle(form);
  const place = placeOf(dialog);
  dialog.close();
  if (!("keep" in dialog.dataset)) dialog.remove();
  finish(place);
};

// A dialog that stands in a page of its own (its link was opened without script or in a new tab)
// stays part of that page; one put into the mount by htmx opens itself.
upgrade("[data-dialog-mount] > dialog[data-dialog]", (el) => open(el as HTMLDialogElement));
upgrade("main dialog[data-dialog]", (el) => {
  (el as HTMLDialogElement).show();
  focusIn(el);
});

on("click", "[data-dialog-href]", (el, event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const url = el.dataset.dialogHref!;
  void openDialog(url).then((shown) => {
    if (!shown && el instanceof HTMLAnchorElement) location.assign(el.href);
  });
});
on("click", "[data-close]", (el, event) => {
  const dialog = el.closest("dialog");
  if (!dialog?.matches(":modal")) return;
  event.preventDefault();
  closeDialog(dialog);
});
document.addEventListener("mousedown", (event) => {
  if (event.target instanceof HTMLDialogElement && event.target.matches(":modal")) closeDialog(event.target);
});
document.addEventListener("cancel", (event) => {
  if (!(event.target instanceof HTMLDialogElement) || !("dialog" in event.target.dataset)) return;
  event.preventDefault();
  closeDialog(event.target);
}, true);

// A stage is entered from a record's page; what it asks for comes as a dialog.
on("submit", "form[data-stage-form]", (el, event) => {
  event.preventDefault();
  if ("busy" in el.dataset) return;
  el.dataset.busy = "";
  void send((el as HTMLFormElement).action, new FormData(el as HTMLFormElement, event.submitter)).then((answer) => {
    delete el.dataset.busy;
    if (!answer.moved) showDialog(answer);
  });
});

on("submit", "form[data-dialog-form]", (el, event) => {
  const form = el as HTMLFormElement;
  const dialog = form.closest("dialog");
  if (!dialog?.matches(":modal") || form.method === "dialog") return;
  event.preventDefault();
  if ("busy" in form.dataset) return;
  const submitter = event.submitter as HTMLButtonElement | null;
  form.dataset.busy = "";
  void submit(form, submitter, dialog).finally(() => delete form.dataset.busy);
});

const submit = async (form: HTMLFormElement, submitter: HTMLButtonElement | null, dialog: HTMLDialogElement) => {
  // before it is sent: the answer may lead elsewhere at once, and nobody shall be asked about what is saved
  const sent = sending(form);
  const answer = await send(submitter?.formAction && submitter.hasAttribute("formaction") ? submitter.formAction : form.action, new FormData(form, submitter));
  if (answer.status === 0 || answer.status === 401 && !form.matches("[data-sign-in]")) return void sent.back();
  const place = placeOf(dialog);
  const made = answer.ok && answer.fragment.querySelector<HTMLElement>("[data-made]");
  if (made && place && waiting.has(place)) {
    dialog.close();
    return void finish(place, madeBy(made));
  }
  if (answer.moved) return;
  if (showDialog(answer, place)) {
    const again = !answer.ok && place && one<HTMLFormElement>("form[data-guard]", place);
    if (again) stain(again);
    return;
  }
  if (!answer.ok) return void sent.back();
  closeDialog(dialog, true);
  const target = form.dataset.target ? one(form.dataset.target) : null;
  if (target) {
    target.replaceChildren(...answer.fragment.childNodes);
    inserted(target);
  } else if (!answer.html.trim()) location.reload();
};

export const topDialog = () => all<HTMLDialogElement>("dialog:modal").pop();
