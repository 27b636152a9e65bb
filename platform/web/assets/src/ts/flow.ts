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

/// Drags a way from one stage to another; what is dropped elsewhere draws nothing.
const drawing = (canvas: HTMLElement, action: string) => {
  const card = (target: EventTarget | null) => (target as Element | null)?.closest<SVGElement>("[data-flow-card]") ?? undefined;
  let from: SVGElement | undefined;
  let line: SVGLineElement | undefined;
  const place = (event: PointerEvent) => {
    const svg = canvas.querySelector("svg")!;
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()!.inverse());
  };
  const end = () => {
    line?.remove();
    from = line = undefined;
  };
  // a link would be dragged as a link
  canvas.addEventListener("dragstart", (event) => event.preventDefault());
  canvas.addEventListener("pointerdown", (event) => {
    from = event.button === 0 && event.pointerType !== "touch" ? card(event.target) : undefined;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!from || !(event.buttons & 1)) return;
    const { x, y } = place(event);
    if (!line) {
      line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      line.classList.add("ak-process-drawn");
      line.setAttribute("x1", String(x));
      line.setAttribute("y1", String(y));
      canvas.querySelector("svg")!.append(line);
    }
    line.setAttribute("x2", String(x));
    line.setAttribute("y2", String(y));
  });
  canvas.addEventListener("pointerup", (event) => {
    const to = line && card(document.elementFromPoint(event.clientX, event.clientY));
    const ways = { from: from?.dataset.flowCard ?? "", to: to?.dataset.flowCard ?? "" };
    const drawn = line !== undefined;
    end();
    if (drawn) canvas.addEventListener("click", (click) => click.preventDefault(), { once: true, capture: true });
    if (to && ways.from !== ways.to) post(action, ways);
  });
  canvas.addEventListener("pointercancel", end);
};

export const flow = (canvas: HTMLElement) => {
  const base = location.pathname;
  const read = canvas.dataset.flowRead !== undefined;
  if (canvas.dataset.wayDraw) drawing(canvas, canvas.dataset.wayDraw);
  canvas.addEventListener("keydown", (event) => {
    const card = (event.target as HTMLElement).closest<HTMLElement>("[data-flow-card]");
    const step = card?.dataset.flowCard ?? "";
    if (event.ctrlKey || event.metaKey) return;
    if (!read && event.altKey && step && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      post(`${base}/move`, { step, way: event.key === "ArrowUp" ? "up" : "down" });
    } else if (!event.altKey && event.key.startsWith("Arrow")) {
      const next = card ? beside(card, event.key) : all("[data-flow-card]")[0];
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (read) {
      return;
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
