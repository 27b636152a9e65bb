// Dialogs: loaded into the mount, modal, with a question before changes are lost.
import { all, inserted, on, one, say, upgrade } from "./dom";
import { type Answer, send } from "./net";
import { isDirty, settle } from "./forms";

const mount = () => one("[data-dialog-mount]");

/** Opens the dialog at `url`; whether there was one. */
export const openDialog = async (url: string): Promise<boolean> => showDialog(await send(url));

/** Shows the dialog an answer carries; the one open before leaves. */
export const showDialog = (answer: Answer): boolean => {
  const dialog = answer.fragment.querySelector<HTMLDialogElement>("dialog");
  const place = mount();
  if (!dialog || !place) return false;
  place.replaceChildren(...answer.fragment.childNodes);
  inserted(place);
  open(dialog);
  return true;
};

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
  (one("[data-error-summary]", dialog) ?? one("[autofocus],[aria-invalid=true]", dialog) ?? one("input:not([type=hidden]),select,textarea", dialog))?.focus();
};

export const closeDialog = (dialog: HTMLDialogElement, force = false) => {
  const form = one<HTMLFormElement>("form[data-guard]", dialog);
  if (!force && form && isDirty(form) && !window.confirm(say("js-unsaved"))) return;
  if (form) settle(form);
  dialog.close();
  if (!("keep" in dialog.dataset)) dialog.remove();
};

// A dialog that stands in a page of its own (its link was opened without script or in a new tab)
// stays part of that page; one put into the mount by htmx opens itself.
upgrade("[data-dialog-mount] > dialog[data-dialog]", (el) => open(el as HTMLDialogElement));
upgrade("main dialog[data-dialog]", (el) => (el as HTMLDialogElement).show());

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
  const answer = await send(submitter?.formAction && submitter.hasAttribute("formaction") ? submitter.formAction : form.action, new FormData(form, submitter));
  if (answer.status === 0 || answer.status === 401 && !form.matches("[data-sign-in]")) return;
  settle(form);
  if (answer.moved || showDialog(answer)) return;
  if (!answer.ok) return;
  closeDialog(dialog, true);
  const target = form.dataset.target ? one(form.dataset.target) : null;
  if (target) {
    target.replaceChildren(...answer.fragment.childNodes);
    inserted(target);
  } else if (!answer.html.trim()) location.reload();
};

export const topDialog = () => all<HTMLDialogElement>("dialog:modal").pop();
