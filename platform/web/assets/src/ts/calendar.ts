// Month, week and day of a calendar, drawn by FullCalendar over what the page holds; the server has the last word.
import { Calendar, type EventApi, type EventInput } from "fullcalendar";
import dayGrid from "fullcalendar/daygrid";
import interaction from "fullcalendar/interaction";
import id from "fullcalendar/locales/id";
import theme from "fullcalendar/themes/classic";
import timeGrid from "fullcalendar/timegrid";
import { openDialog } from "./dialogs";
import { announce, one } from "./dom";
import { peekAt } from "./list";
import { send } from "./net";

type Entry = {
  id: string; title: string; start: string; end: string | null; allDay: boolean; look: number | null; words: string;
  href: string; version: number; moves: boolean; resizes: boolean; done: boolean;
};
type Data = {
  entries: Entry[]; at: string; now: string; timed: boolean; lasting: boolean; lang: string; daysOff: Record<string, string>;
  new: string | null; day: string; shift: string; more: string; newWords: string; none: string;
};

const input = (entry: Entry): EventInput => ({
  id: entry.id, title: entry.title, start: entry.start, end: entry.end ?? undefined, allDay: entry.allDay,
  startEditable: entry.moves, durationEditable: entry.resizes, extendedProps: entry,
});
const day = (at: Date) => at.toISOString().slice(0, 10);
// without a zone: the times are those on the person's clock
const clock = (at: Date | null, whole: boolean) => (at ? (whole ? day(at) : at.toISOString().slice(0, 19)) : "");
const of = (event: EventApi) => event.extendedProps as Entry;

// what is read on the screen is its name; the whole date is told besides
const describe = (el: HTMLElement) => {
  const words = el.getAttribute("aria-label");
  if (!words) return;
  el.removeAttribute("aria-label");
  el.setAttribute("aria-description", words);
};

export const calendar = (root: HTMLElement) => {
  const data: Data = JSON.parse(root.dataset.entries!);
  const agenda = one("[data-agenda]", root);
  if (agenda) agenda.hidden = true;
  const place = document.createElement("div");
  place.className = "ak-calendar-grid";
  // the calendar takes its root for itself; how high it is, is ours to say
  const drawn = place.appendChild(document.createElement("div"));
  root.append(place);
  const narrow = window.innerWidth < 768;
  // the clock goes on from the moment the page was made
  const made = Date.now();
  const span = root.dataset.calendar;
  const view = span === "month" ? "dayGridMonth" : data.timed ? (span === "week" ? "timeGridWeek" : "timeGridDay") : span === "week" ? "dayGridWeek" : "dayGridDay";
  const hours = view.startsWith("time");
  place.classList.toggle("ak-calendar-hours", hours);
  let held = false;
  // the entry that is moved by keys keeps the focus, wherever it is drawn anew
  let followed = "";
  // what is drawn is measured first, and takes no focus until it stands
  const follow = (el: HTMLElement, tries = 20) => {
    if (followed !== el.dataset.entryId || !el.isConnected || !tries) return;
    el.focus();
    if (document.activeElement !== el) requestAnimationFrame(() => follow(el, tries - 1));
  };

  const put = async (event: EventApi, back: () => void) => {
    const entry = of(event);
    held = true;
    root.setAttribute("aria-busy", "true");
    const body = new URLSearchParams({ start: clock(event.start, event.allDay), version: String(entry.version) });
    if (data.lasting && event.end) body.set("end", clock(event.end, event.allDay));
    const answer = await send(`${entry.href}/when${data.shift}`, body);
    root.removeAttribute("aria-busy");
    held = false;
    const now = answer.fragment.querySelector<HTMLElement>("[data-entry]")?.dataset.entry;
    if (!answer.ok) back();
    if (!now) return answer.ok ? event.remove() : undefined;
    take(event, JSON.parse(now));
    if (answer.ok) announce(one("[data-toasts] .ak-toast:last-child .ak-toast-text")?.textContent ?? "");
  };
  const take = (event: EventApi, entry: Entry) => {
    if ((document.activeElement as HTMLElement | null)?.dataset.entryId === entry.id) followed = entry.id;
    event.remove();
    board.addEvent(input(entry));
  };

  const board = new Calendar(drawn, {
    plugins: [dayGrid, timeGrid, interaction, theme],
    locales: [id],
    locale: data.lang === "id" ? "id" : "en",
    timeZone: "UTC",
    now: () => new Date(Date.parse(`${data.now.slice(0, 19)}Z`) + Date.now() - made),
    initialDate: data.at,
    initialView: view,
    headerToolbar: false,
    firstDay: 1,
    fixedWeekCount: false,
    height: narrow && !hours ? "auto" : "100%",
    ...(narrow && span === "week" ? { dayHeaderFormat: { weekday: "narrow", day: "numeric" } } : {}),
    // more at once than this could not be read
    eventMaxStack: narrow ? 2 : span === "day" ? 10 : 4,
    listItemEventBeforeClass: "ak-event-dot",
    events: data.entries.map(input),
    eventOrder: "start,-duration,title",
    editable: true,
    eventStartEditable: true,
    eventResizableFromStart: false,
    defaultTimedEventDuration: "00:45",
    forceEventDuration: false,
    dayMaxEvents: narrow ? 2 : true,
    allDaySlot: !data.timed || data.entries.some((entry) => entry.allDay),
    nowIndicator: true,
    scrollTime: "07:00",
    slotDuration: "00:30",
    snapDuration: "00:15",
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    slotHeaderFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    moreLinkClass: "ak-event-more",
    moreLinkText: (n: number) => data.more.replace(/\bN\b/, String(n)),
    eventInteractive: true,
    longPressDelay: 350,
    navLinks: true,
    navLinkDayClick: (at: Date) => location.assign(data.day + day(at)),
    eventClass: (info: { event: EventApi }) => ["ak-event", of(info.event).done ? "ak-event-done" : "", `ak-event-look-${of(info.event).look ?? "none"}`].filter(Boolean).join(" "),
    eventDidMount: (info: { el: HTMLElement; event: EventApi }) => {
      info.el.dataset.entryId = info.event.id;
      if (followed === info.event.id) follow(info.el);
      // named by what stands in it
      info.el.title = [info.event.title, of(info.event).words].filter(Boolean).join("\n");
    },
    dayCellClass: (info: { date: Date }) => {
      const name = data.daysOff[day(info.date)];
      return name === undefined ? "" : name ? "ak-day-closed" : "ak-day-free";
    },
    dayCellDidMount: (info: { el: HTMLElement; date: Date }) => {
      describe(info.el);
      const name = data.daysOff[day(info.date)];
      if (!name || span !== "month") return;
      const words = document.createElement("span");
      words.className = "ak-day-off";
      words.textContent = words.title = name;
      info.el.prepend(words);
    },
    dayHeaderDidMount: (info: { el: HTMLElement; date: Date }) => {
      info.el.querySelectorAll<HTMLElement>("[aria-label]").forEach(describe);
      const name = data.daysOff[day(info.date)];
      if (!name || span === "month") return;
      const words = document.createElement("span");
      words.className = "ak-day-off";
      words.textContent = words.title = name;
      info.el.append(words);
    },
    eventClick: (info: { event: EventApi; jsEvent: UIEvent }) => {
      info.jsEvent.preventDefault();
      const pressed = info.jsEvent as MouseEvent;
      if (narrow || pressed.ctrlKey || pressed.metaKey) return narrow ? location.assign(of(info.event).href) : void window.open(of(info.event).href);
      void peekAt(of(info.event).href);
    },
    dateClick: (info: { date: Date; allDay: boolean }) => {
      if (!data.new) return;
      // a day clicked where hours count means the beginning of work
      const at = data.timed && info.allDay ? `${day(info.date)}T09:00` : data.timed ? info.date.toISOString().slice(0, 16) : day(info.date);
      void openDialog(data.new + encodeURIComponent(at));
    },
    eventDrop: (info: { event: EventApi; revert: () => void }) => void put(info.event, info.revert),
    eventResize: (info: { event: EventApi; revert: () => void }) => void put(info.event, info.revert),
    eventDragStart: () => void (held = true),
    eventDragStop: () => void (held = false),
  } as never);
  board.render();

  // Alt and arrows move the entry that has the focus: days, weeks in a month, half hours elsewhere.
  place.addEventListener("keydown", (key) => {
    const el = (key.target as Element).closest<HTMLElement>("[data-entry-id]");
    const event = el && board.getEventById(el.dataset.entryId!);
    if (!event || !key.altKey || !key.key.startsWith("Arrow") || !of(event).moves) return;
    key.preventDefault();
    key.stopPropagation();
    const way = key.key === "ArrowLeft" || key.key === "ArrowUp" ? -1 : 1;
    const sideways = key.key === "ArrowLeft" || key.key === "ArrowRight";
    const before = { start: event.start, end: event.end };
    const days = sideways ? way : view === "dayGridMonth" ? 7 * way : 0;
    const minutes = days || event.allDay ? 0 : 30 * way;
    if (!days && !minutes) return;
    followed = event.id;
    event.moveDates({ days, minutes });
    void put(event, () => event.setDates(before.start!, before.end));
  });
  // whoever goes elsewhere is not called back
  for (const kind of ["pointerdown", "keydown"]) root.addEventListener(kind, (done) => {
    if (kind === "pointerdown" || (done as KeyboardEvent).key === "Tab") followed = "";
  }, true);

  // what others do
  root.addEventListener("akrab:entries", (news) => {
    const now = (news as CustomEvent<HTMLElement>).detail.dataset.entries;
    if (!now || held) return;
    const fresh: Data = JSON.parse(now);
    const known = new Map(fresh.entries.map((entry) => [entry.id, entry]));
    for (const event of board.getEvents()) {
      const entry = known.get(event.id);
      known.delete(event.id);
      if (!entry) event.remove();
      else if (JSON.stringify(entry) !== JSON.stringify({ ...of(event) })) take(event, entry);
    }
    known.forEach((entry) => board.addEvent(input(entry)));
  });
};
