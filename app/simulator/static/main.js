// The page: which phones there are, what arrives for them, language and theme.
import { call } from "./calls.js";
import { Faults } from "./faults.js";
import { Phone } from "./phone.js";
import { notice } from "./notice.js";
import { about, words } from "./words.js";

const MOST = 24;
const KEPT = "muster.phones";
const phones = new Map();
const room = document.getElementById("phones");
const faults = new Faults();
let stream = null;
let pause = 500;

function kept() {
  try {
    const numbers = JSON.parse(localStorage.getItem(KEPT));
    return Array.isArray(numbers) ? numbers.filter((one) => typeof one === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

const keep = () => localStorage.setItem(KEPT, JSON.stringify([...phones.keys()]));

function randomNumber() {
  const prefixes = ["912", "913", "915", "919", "935", "936", "990", "921"];
  const digits = crypto.getRandomValues(new Uint8Array(8));
  const tail = [...digits.slice(1)].map((byte) => byte % 10).join("");
  return `0${prefixes[digits[0] % prefixes.length]}${tail}`;
}

// Ask for the phones' present state, then hear of every change after it.
async function watch(numbers) {
  const said = await call("watch", { numbers });
  for (const state of said.phones) {
    if (!phones.has(state.number)) {
      const phone = new Phone(state.number, { remove });
      phones.set(state.number, phone);
      room.append(phone.element);
    }
    phones.get(state.number).show(state);
  }
  faults.show(said.faults);
  keep();
  listen(said.token);
}

function listen(token) {
  stream?.close();
  stream = new EventSource(`/simulator/events/${token}`);
  const tell = (kind, what) =>
    stream.addEventListener(kind, (event) => {
      const { number, item } = JSON.parse(event.data);
      const phone = phones.get(number);
      if (phone) what(phone, item);
    });
  let late = 0;
  stream.addEventListener("open", () => {
    clearTimeout(late);
    pause = 500;
    notice("offline", "");
  });
  tell("bubble", (phone, item) => phone.bubble(item));
  tell("dialog", (phone, item) => phone.dialog(item));
  tell("power", (phone, item) => phone.power(item.on));
  stream.addEventListener("faults", (event) => faults.show(JSON.parse(event.data)));
  stream.addEventListener("reset", again);
  stream.addEventListener("error", () => {
    clearTimeout(late);
    if (stream.readyState === EventSource.CLOSED) again();
    else late = setTimeout(() => notice("offline", words.offline), 3000);
  });
}

// The server forgot us, or was away: start afresh, more patiently each time.
async function again() {
  stream?.close();
  try {
    await watch([...phones.keys()]);
    notice("offline", "");
  } catch {
    notice("offline", words.offline);
    setTimeout(again, pause);
    pause = Math.min(pause * 2, 8000);
  }
}

async function add(number) {
  if (phones.size >= MOST) return notice("add", words.too_many);
  try {
    const before = new Set(phones.keys());
    await watch([...before, number]);
    notice("add", "");
    const last = [...phones.values()].at(-1);
    if (!before.has(last.number)) last.focus();
  } catch (error) {
    notice("add", error.status === 422 ? words.bad_number : words.failed_call);
  }
}

function remove(number) {
  phones.get(number)?.element.remove();
  phones.delete(number);
  keep();
}

const field = document.getElementById("number");
document.getElementById("add").addEventListener("submit", (event) => {
  event.preventDefault();
  add(field.value.trim() || randomNumber());
  field.value = "";
});
document.getElementById("random").addEventListener("click", () => {
  field.value = randomNumber();
  field.focus();
});
document.getElementById("language").addEventListener("change", (event) => {
  location.search = new URLSearchParams({ lang: event.target.value });
});
document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("muster.theme", root.dataset.theme);
});

document.documentElement.dataset.language = about.language;
const first = kept();
watch(first.length ? first : [randomNumber()])
  .catch((error) => (error.status === 422 ? watch([randomNumber()]) : again()))
  .then(() => { document.documentElement.dataset.ready = "yes"; });
