// The picture of a network: dragged to move it, wheel or two fingers to come nearer. Without it the whole is shown.
// Names keep their size on the screen however near the picture is, and stand where they do not cover one another: those of
// the most influential first.
const letter = 5.9;
const line = 15;

const names = (svg: SVGSVGElement) => {
  const nodes = [...svg.querySelectorAll<SVGAElement>(".ak-network-node")].map((node) => {
    const text = node.querySelector("text")!;
    return { node, x: +text.getAttribute("x")!, y: +text.getAttribute("y")!, wide: text.textContent!.length * letter, rank: node.ariaCurrent ? Infinity : +node.dataset.influence! };
  });
  nodes.sort((a, b) => b.rank - a.rank);
  return () => {
    const px = 1 / (svg.getScreenCTM()?.a || 1);
    svg.style.setProperty("--px", px.toFixed(3));
    // what is taken, by bands as high as a line
    const taken = new Map<number, [number, number][]>();
    for (const { node, x, y, wide } of nodes) {
      const from = x / px - wide / 2;
      const band = Math.floor(y / px / line);
      const free = [band - 1, band, band + 1].every((near) => (taken.get(near) ?? []).every(([a, b]) => from > b + 4 || from + wide < a - 4));
      node.dataset.name = free ? "on" : "off";
      if (free) taken.set(band, [...(taken.get(band) ?? []), [from, from + wide]]);
    }
  };
};

export const network = (svg: SVGSVGElement) => {
  const box = svg.viewBox.baseVal;
  const whole = box.width;
  const fingers = new Map<number, PointerEvent>();
  let moved = 0;
  const name = names(svg);
  new ResizeObserver(name).observe(svg);
  const near = (factor: number, x: number, y: number) => {
    const width = Math.min(whole * 1.5, Math.max(200, box.width * factor));
    const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM()!.inverse());
    const by = width / box.width;
    box.x = at.x - (at.x - box.x) * by;
    box.y = at.y - (at.y - box.y) * by;
    box.width = box.height = width;
    name();
  };
  svg.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      near(event.deltaY > 0 ? 1.15 : 1 / 1.15, event.clientX, event.clientY);
    },
    { passive: false },
  );
  svg.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, event);
    moved = 0;
  });
  svg.addEventListener("pointermove", (event) => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    const [other] = [...fingers.values()].filter((finger) => finger.pointerId !== event.pointerId);
    if (other) {
      const apart = (a: PointerEvent, b: PointerEvent) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) || 1;
      near(apart(last, other) / apart(event, other), (event.clientX + other.clientX) / 2, (event.clientY + other.clientY) / 2);
    } else {
      const scale = 1 / svg.getScreenCTM()!.a;
      box.x -= (event.clientX - last.clientX) * scale;
      box.y -= (event.clientY - last.clientY) * scale;
    }
    moved += Math.abs(event.clientX - last.clientX) + Math.abs(event.clientY - last.clientY);
    fingers.set(event.pointerId, event);
  });
  const end = (event: PointerEvent) => fingers.delete(event.pointerId);
  for (const name of ["pointerup", "pointercancel", "pointerleave"] as const) svg.addEventListener(name, end);
  // a link would be dragged as a link, and followed where the picture was only moved
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("click", (event) => moved > 6 && event.preventDefault(), true);
};
