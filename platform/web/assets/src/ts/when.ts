// Rows of a form that are shown, or have to be filled, only while other fields of the form say so. What the form does
// not show cannot be judged here; the server judges everything.
import { plain } from "./read";

type Test = { field: string; op: string; value?: unknown };
type Filter = Test | { all: Filter[] } | { any: Filter[] } | { not: Filter };

/** What stands in the form under a name; nothing when it has no such control. */
const typed = (form: HTMLFormElement, name: string): string[] | undefined => {
  const controls = [...form.elements].filter((el) => (el as HTMLInputElement).name === name) as (HTMLInputElement | HTMLSelectElement)[];
  if (!controls.length) return undefined;
  return controls.flatMap((el) => {
    if (el instanceof HTMLSelectElement) return [...el.selectedOptions].map((option) => option.value);
    if (el.type === "checkbox" || el.type === "radio") return el.checked ? [el.value] : [];
    return [el.value.trim()];
  }).filter((value) => value !== "");
};

const number = (text: string) => Number(text) || plain(text);
const same = (a: string, b: unknown) => a.toLowerCase() === String(b).toLowerCase() || (typeof b === "number" && number(a) === b);

/** Whether it holds; undefined when the form does not say. */
const holds = (form: HTMLFormElement, filter: Filter): boolean | undefined => {
  if ("all" in filter) {
    const each = filter.all.map((one) => holds(form, one));
    return each.includes(false) ? false : each.includes(undefined) ? undefined : true;
  }
  if ("any" in filter) {
    const each = filter.any.map((one) => holds(form, one));
    return each.includes(true) ? true : each.includes(undefined) ? undefined : false;
  }
  if ("not" in filter) {
    const inner = holds(form, filter.not);
    return inner === undefined ? undefined : !inner;
  }
  const values = typed(form, filter.field);
  if (!values) return undefined;
  const [first] = values;
  const list = Array.isArray(filter.value) ? filter.value : [filter.value];
  const among = values.some((value) => list.some((wanted) => same(value, wanted)));
  const against = (test: (a: number, b: number) => boolean) => first !== undefined && test(number(first), Number(filter.value));
  switch (filter.op) {
    case "is": return filter.value === false ? !values.length || among : among;
    case "in": return among;
    case "is_not":
    case "not_in": return !among;
    case "empty": return !values.length;
    case "not_empty": return values.length > 0;
    case "contains": return values.some((value) => value.toLowerCase().includes(String(filter.value).toLowerCase()));
    case "gt": return against((a, b) => a > b);
    case "gte": return against((a, b) => a >= b);
    case "lt": return against((a, b) => a < b);
    case "lte": return against((a, b) => a <= b);
    default: return undefined;
  }
};

export const when = (row: HTMLElement) => {
  const form = row.closest("form");
  if (!form) return;
  const read = (text?: string) => (text ? (JSON.parse(text) as Filter) : undefined);
  const shown = read(row.dataset.shownWhen);
  const wanted = read(row.dataset.wantedWhen);
  const star = document.createElement("span");
  star.className = "ak-required";
  star.ariaHidden = "true";
  star.textContent = " *";
  const look = () => {
    if (shown) row.hidden = holds(form, shown) === false;
    if (!wanted) return;
    const must = holds(form, wanted) === true;
    const label = row.querySelector("label");
    if (must) label?.append(star);
    else star.remove();
    row.querySelector("input,select,textarea")?.toggleAttribute("aria-required", must);
  };
  form.addEventListener("input", look);
  form.addEventListener("change", look);
  look();
};
