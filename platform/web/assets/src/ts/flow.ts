// The picture of a flow by keys: arrows go from card to card, Alt and arrows move a step, Delete removes it, + adds one behind it.
import { all } from "./dom";
import { csrf } from "./net";

const post = (action: string, fields: Record<string, string>) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  for (const [name, value] of Object.entries({ ...fields, csrf: csrf() })) {
    const input = document.createElement("input");
    [input.type, input.name, input.value] = ["hidden", name, value];
    form.append(input);
  }
  document.body.append(form);
  form.submit();
};

/// The card that lies nearest in a direction.
const beside = (from: HTMLElement, key: string) => {
  const here = from.getBoundingClientRect();
  const [x, y] = [here.x + here.width / 2, here.y + here.height / 2];
  let found: HTMLElement | undefined;
  let least = Infinity;
  for (const card of all("[data-flow-card]")) {
    const box = card.getBoundingClientRect();
    const [dx, dy] = [box.x + box.width / 2 - x, box.y + box.height / 2 - y];
    const [along, across] = key === "ArrowDown" ? [dy, dx] : key === "ArrowUp" ? [-dy, dx] : key === "ArrowRight" ? [dx, dy] : [-dx, dy];
    if (along < 8) continue;
    const far = along + 2 * Math.abs(across);
    if (far < least) [least, found] = [far, card];
  }
  return found;
};

export const flow = (canvas: HTMLElement) => {
  const base = location.pathname;
  canvas.addEventListener("keydown", (event) => {
    const card = (event.target as HTMLElement).closest<HTMLElement>("[data-flow-card]");
    const step = card?.dataset.flowCard ?? "";
    if (event.ctrlKey || event.metaKey) return;
    if (event.altKey && step && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      post(`${base}/move`, { step, way: event.key === "ArrowUp" ? "up" : "down" });
    } else if (!event.altKey && event.key.startsWith("Arrow")) {
      const next = card ? beside(card, event.key) : all("[data-flow-card]")[0];
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Delete" && step) {
      event.preventDefault();
      post(`${base}/delete`, { step });
    } else if (event.key === "+" && card) {
      event.preventDefault();
      location.assign(`${base}?add=${step ? `after:${step}` : "start"}`);
    }
  });
  // Coming back from a change, the card that was chosen has the focus again.
  const chosen = canvas.querySelector<HTMLElement>("[data-flow-card][aria-current]");
  if (chosen && new URLSearchParams(location.search).has("step")) {
    chosen.scrollIntoView({ block: "nearest", inline: "center" });
    if (document.activeElement === document.body) chosen.focus({ preventScroll: true });
  }
};
