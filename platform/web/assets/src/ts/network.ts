// The picture of a network: dragged to move it, wheel or two fingers to come nearer. Without it the whole is shown.
export const network = (svg: SVGSVGElement) => {
  const box = svg.viewBox.baseVal;
  const whole = box.width;
  const fingers = new Map<number, PointerEvent>();
  let moved = 0;
  const near = (factor: number, x: number, y: number) => {
    const width = Math.min(whole * 1.5, Math.max(200, box.width * factor));
    const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM()!.inverse());
    const by = width / box.width;
    box.x = at.x - (at.x - box.x) * by;
    box.y = at.y - (at.y - box.y) * by;
    box.width = box.height = width;
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
