// One phone: its bubbles, its typing box, its buttons.
import { call } from "./calls.js";
import { Dialler } from "./dialler.js";
import { notice } from "./notice.js";
import { about, cost, say, time, together, words } from "./words.js";

const TICKS = {
  going: "○", waiting: "↻", taken: "✓", refused: "✕",
  held: "◔", arrived: "✓", reported: "✓✓", unreported: "✓?", failed: "✕",
};

export class Phone {
  constructor(number, { remove }) {
    this.number = number;
    this.bubbles = new Map();
    const piece = document.getElementById("phone").content.cloneNode(true);
    this.element = piece.querySelector(".phone");
    this.element.dataset.number = number;
    this.$ = (selector) => this.element.querySelector(selector);
    this.list = this.$(".bubbles");
    this.box = this.$("textarea");
    this.element.setAttribute("aria-label", number);
    this.$(".number").textContent = pretty(number);
    this.dialler = new Dialler(this);
    this.prepareTabs();
    this.prepareTyping();
    this.$(".power").addEventListener("click", () => this.try("power", { on: !this.on }));
    this.$(".hasten").addEventListener("click", () => this.hasten());
    this.$(".wipe").addEventListener("click", () => this.wipe());
    this.$(".remove").addEventListener("click", () => remove(number));
    this.$(".hasten").hidden = !about.can_hasten;
    this.empty();
  }

  prepareTabs() {
    const tabs = [this.$(".to-sms"), this.$(".to-dial")];
    const panels = [this.$(".sms"), this.$(".dialler")];
    this.turnTo = (index) => {
      tabs.forEach((tab, at) => {
        tab.setAttribute("aria-selected", String(at === index));
        tab.tabIndex = at === index ? 0 : -1;
        panels[at].hidden = at !== index;
      });
    };
    tabs.forEach((tab, index) => {
      tab.addEventListener("click", () => this.turnTo(index));
      tab.addEventListener("keydown", (event) => {
        if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
        this.turnTo(1 - index);
        tabs[1 - index].focus();
      });
    });
    this.$(".tabs").hidden = !about.code;
  }

  prepareTyping() {
    this.$(".compose").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.box.value;
      if (!text.trim()) return;
      this.box.value = "";
      this.measure();
      this.text(text);
    });
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.$(".compose").requestSubmit();
    });
    this.box.addEventListener("input", () => {
      clearTimeout(this.soon);
      this.soon = setTimeout(() => this.measure(), 120);
    });
    for (const word of words.quick) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "secondary outline";
      button.textContent = word;
      button.addEventListener("click", () => this.text(word));
      this.$(".quick").append(button);
    }
  }

  focus() {
    this.element.scrollIntoView({ behavior: "smooth", block: "nearest", inline: "nearest" });
    this.box.focus({ preventScroll: true });
  }

  // What the server knows replaces what is shown.
  show(state) {
    this.list.replaceChildren();
    this.bubbles.clear();
    state.bubbles.forEach((bubble) => this.bubble(bubble));
    if (!state.bubbles.length) this.empty();
    this.dialog(state.dialog);
    this.power(state.on);
  }

  empty() {
    const hint = document.createElement("li");
    hint.className = "empty";
    hint.textContent = words.empty;
    this.list.replaceChildren(hint);
  }

  bubble(item) {
    const low = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 80;
    const made = draw(item);
    const old = this.bubbles.get(item.id);
    if (old) old.replaceWith(made);
    else {
      this.list.querySelector(".empty")?.remove();
      this.list.append(made);
      made.classList.add("new");
    }
    this.bubbles.set(item.id, made);
    if (low || item.mine) this.list.scrollTop = this.list.scrollHeight;
  }

  dialog(item) {
    this.dialler.show(item && item.id ? item : null);
  }

  power(on) {
    this.on = on;
    const button = this.$(".power");
    button.setAttribute("aria-pressed", String(on));
    button.title = button.ariaLabel = on ? words.switch_off : words.switch_on;
    this.element.classList.toggle("is-off", !on);
    this.$(".asleep").hidden = on;
    for (const field of this.$(".screen").querySelectorAll("textarea, input, button")) {
      field.disabled = !on;
    }
  }

  text(text) {
    return this.try("text", { text });
  }

  async measure() {
    const text = this.box.value;
    const counter = this.$(".counter");
    if (!text) {
      counter.textContent = "";
      return;
    }
    const size = await call("measure", { text }).catch(() => null);
    if (size && this.box.value === text) {
      counter.textContent = together(say("units", { n: size.units, room: size.room }), ...cost(size));
    }
  }

  async hasten() {
    const said = await this.try("hasten", {});
    if (said) this.say(said.hastened ? words.hastened : words.nothing_open);
  }

  async wipe() {
    if (!(await this.try("wipe", {}))) return;
    this.bubbles.clear();
    this.empty();
  }

  // A line of the phone's own, in between the bubbles.
  say(text) {
    const line = document.createElement("li");
    line.className = "aside";
    line.textContent = text;
    this.list.querySelector(".empty")?.remove();
    this.list.append(line);
    this.list.scrollTop = this.list.scrollHeight;
  }

  async try(name, body) {
    try {
      const said = await call(name, { number: this.number, ...body });
      notice(this.number, "");
      return said;
    } catch {
      notice(this.number, words.failed_call);
      return null;
    }
  }
}

function draw(item) {
  const made = document.createElement("li");
  made.className = `bubble ${item.mine ? "mine" : "theirs"} ${item.way}`;
  made.dataset.id = item.id;
  const text = document.createElement("p");
  text.dir = "auto";
  text.textContent = item.text;
  const foot = document.createElement("footer");
  const about = document.createElement("span");
  about.className = "cost";
  about.textContent = together(...cost(item));
  const when = document.createElement("time");
  when.dateTime = item.at;
  when.textContent = time(item.at);
  const tick = document.createElement("span");
  tick.className = "tick";
  tick.textContent = TICKS[item.way];
  tick.title = words[item.way];
  tick.setAttribute("role", "img");
  tick.setAttribute("aria-label", words[item.way]);
  foot.append(about);
  if (item.times > 1) {
    const times = document.createElement("span");
    times.className = "times";
    times.textContent = say("times", { n: item.times });
    foot.append(times);
  }
  foot.append(when, tick);
  made.append(text, foot);
  return made;
}

function pretty(number) {
  const iranian = /^\+98(\d{3})(\d{3})(\d{4})$/.exec(number);
  return iranian ? `0${iranian[1]} ${iranian[2]} ${iranian[3]}` : number;
}
