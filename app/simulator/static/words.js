// The page's words, and numbers and times as its language writes them.
const read = (id) => JSON.parse(document.getElementById(id).textContent);

export const words = read("words");
export const about = read("about");

const locale = { fa: "fa-IR", ar: "ar-EG", en: "en-GB", hu: "hu-HU" }[about.language];
const plain = new Intl.NumberFormat(locale, { useGrouping: false });
const plural = new Intl.PluralRules(about.language);
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export const number = (value) => plain.format(value);
export const time = (iso) => clock.format(new Date(iso));

export function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) =>
    typeof values[name] === "number" ? number(values[name]) : values[name]);
}

export function count(key, n) {
  return say(`${key}_${plural.select(n) === "one" ? "one" : "other"}`, { n });
}

// Pieces side by side, each in its own direction.
export function together(...pieces) {
  return pieces.map((piece) => `\u2068${piece}\u2069`).join(" · ");
}

// What a text costs: segments, alphabet, octets.
export const cost = (size) =>
  [count("segments", size.segments), words[size.encoding], count("octets", size.octets)];
