// The conditions of a form: the builder comes under the line it changes, and what is typed in the form stays. Without a script
// the same press leads to a page with the builder.
import { inserted, one } from "./dom";
import { send, showToast } from "./net";

/** Opens the builder of the condition a button is for; pressed again it goes. */
export const condition = async (button: HTMLButtonElement) => {
  const form = button.form!;
  const name = button.value;
  const lineId = `f-${name}`;
  const there = one("[data-of]");
  there?.remove();
  if (there?.dataset.of === lineId) return;
  // all that is typed at this moment goes along
  const press = (said: Record<string, string>) => {
    const body = new FormData(form);
    for (const [key, value] of Object.entries(said)) body.set(key, value);
    return send(button.getAttribute("formaction") ?? form.getAttribute("action")!, body);
  };
  const answer = await press({ condition: name });
  const root = answer.fragment.querySelector<HTMLElement>("[data-filter]");
  if (!root) return;
  root.dataset.of = lineId;
  root.hidden = true;
  const back = () => {
    root.remove();
    one<HTMLButtonElement>("[data-condition]", one(`#${lineId}`)!)?.focus();
  };
  root.addEventListener("akrab:filter", async (event) => {
    const tree = (event as CustomEvent<string | null>).detail;
    if (tree === null) return back();
    const answer = await press({ condition_for: name, condition_tree: tree });
    const line = answer.ok && answer.fragment.querySelector<HTMLElement>(`#${lineId}`);
    if (!line) return showToast(answer.fragment.querySelector(".ak-error-summary")?.textContent?.trim() ?? "");
    one(`#${lineId}`)!.replaceWith(line);
    inserted(line);
    form.dispatchEvent(new Event("change"));
    back();
  });
  form.after(root);
};
