// How an amount or a date that is being typed will be understood. The server parses it again.
import { say } from "./dom";

const lang = document.documentElement.lang || "id";
const locale = lang === "en" ? "en-GB" : "id-ID";

export const readMoney = (typed: string, currency: string): string => {
  const match = /^\s*(?:rp|[a-z]{3})?\s*([\d.,]+)\s*([a-z]*)\s*$/i.exec(typed);
  if (!match) return "";
  const unit = match[2].toLowerCase();
  const factor = !unit ? 1
    : say("js-thousands").split(",").includes(unit) ? 1e3
    : say("js-millions").split(",").includes(unit) ? 1e6
    : say("js-billions").split(",").some((word) => word.toLowerCase() === unit) ? 1e9 : 0;
  if (!factor) return "";
  const value = plain(match[1]) * factor;
  if (!Number.isFinite(value) || (!unit && value < 1000)) return "";
  return `= ${new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: value % 1 ? 2 : 0 }).format(value).replace(/\u00a0/g, " ")}`;
};

// Groups of three after the last separator are thousands, anything else is a fraction.
export const plain = (text: string) => {
  const last = Math.max(text.lastIndexOf("."), text.lastIndexOf(","));
  const tail = text.length - last - 1;
  const sameTwice = last > 0 && text.indexOf(text[last]) !== last;
  const fraction = last >= 0 && tail !== 3 && !sameTwice;
  const whole = (fraction ? text.slice(0, last) : text).replace(/[.,]/g, "");
  return Number(fraction ? `${whole}.${text.slice(last + 1)}` : whole);
};

const days: Record<string, number> = { minggu: 0, senin: 1, selasa: 2, rabu: 3, kamis: 4, jumat: 5, sabtu: 6, sunday: 0, monday: 1, tuesday: 2, wednesday: 3, thursday: 4, friday: 5, saturday: 6 };
const fixed: Record<string, number> = { "hari ini": 0, today: 0, besok: 1, tomorrow: 1, lusa: 2, kemarin: -1, yesterday: -1 };

/** Today where the person is, whatever the clock of the device is set to: the server counts from there too. */
const today = () => {
  const timeZone = document.body.dataset.zone || undefined;
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, year: "numeric", month: "numeric", day: "numeric" }).formatToParts(new Date());
  const [year, month, day] = ["year", "month", "day"].map((kind) => Number(parts.find((part) => part.type === kind)!.value));
  return new Date(year, month - 1, day, 12);
};

export const readDate = (typed: string): string => {
  const text = typed.trim().toLowerCase();
  const date = today();
  const shift = /^\+(\d{1,3})\s*(h|hr|hari|d|days?|m|minggu|w|weeks?|b|bulan|months?)?$/.exec(text);
  const plainDate = /^(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2,4}))?$/.exec(text);
  if (text in fixed) date.setDate(date.getDate() + fixed[text]);
  else if (text in days) date.setDate(date.getDate() + ((days[text] - date.getDay() + 7) % 7 || 7));
  else if (shift) {
    const n = Number(shift[1]);
    const unit = shift[2] ?? "h";
    if (/^(b|bulan|month)/.test(unit)) date.setMonth(date.getMonth() + n);
    else date.setDate(date.getDate() + n * (/^(m|w)/.test(unit) ? 7 : 1));
  } else if (plainDate) {
    const year = plainDate[3] ? Number(plainDate[3].padStart(4, "20")) : date.getFullYear();
    date.setFullYear(year, Number(plainDate[2]) - 1, Number(plainDate[1]));
    if (date.getDate() !== Number(plainDate[1])) return "";
  } else return "";
  return `= ${new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(date)}`;
};
