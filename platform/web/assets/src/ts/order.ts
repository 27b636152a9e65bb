// A list whose items are dragged into a new order.
import Sortable from "sortablejs";
import { send } from "./net";

export const order = (list: HTMLElement) => {
  const url = list.dataset.orderUrl ?? list.dataset.sortable!;
  Sortable.create(list, {
    animation: 120, delay: 200, delayOnTouchOnly: true, handle: list.querySelector("[data-handle]") ? "[data-handle]" : undefined,
    onEnd: (event) => {
      if (!url || event.oldIndex === event.newIndex) return;
      const body = new URLSearchParams();
      for (const item of list.children) body.append("order", (item as HTMLElement).dataset.id ?? item.querySelector("a")?.getAttribute("href") ?? "");
      void send(url, body);
    },
  });
};
