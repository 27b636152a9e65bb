// Parts of an address, suggested while one types; a chosen city brings its province. Without it they are plain text.
type Found = { value: string; province: string };
let made = 0;

export const areas = (input: HTMLInputElement) => {
  const list = document.createElement("datalist");
  list.id = `areas-${++made}`;
  input.after(list);
  input.setAttribute("list", list.id);
  input.autocomplete = "off";
  const whole = input.name.slice(0, input.name.lastIndexOf("_"));
  const part = (name: string) => input.form?.elements.namedItem(`${whole}_${name}`) as HTMLInputElement | null;
  const provinces = new Map<string, string>();
  let last = 0;
  const ask = async () => {
    const turn = ++last;
    const query = new URLSearchParams({ q: input.value, city: part("city")?.value ?? "", province: part("province")?.value ?? "" });
    const answer = await fetch(`${input.dataset.areas}?${query}`, { headers: { Accept: "application/json" } }).catch(() => undefined);
    if (!answer?.ok || turn !== last) return;
    const found = (await answer.json()) as Found[];
    list.replaceChildren(...found.map(({ value, province }) => new Option(province, value)));
    for (const { value, province } of found) provinces.set(value, province);
  };
  input.addEventListener("focus", ask);
  input.addEventListener("input", () => {
    const province = part("province");
    const known = provinces.get(input.value);
    if (known && province && !province.value) province.value = known;
    void ask();
  });
};
