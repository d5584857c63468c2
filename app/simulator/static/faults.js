// The panel of faults: what is set here holds for every phone and browser.
import { call } from "./calls.js";
import { notice } from "./notice.js";
import { number, say, words } from "./words.js";

const CALM = {
  duplicate: 0, reorder: 0, delay: 0, lose_report: 0, fail_delivery: 0, drop_dialog: 0,
  answer: "normal", slow_for: 8,
};

export class Faults {
  constructor() {
    this.panel = document.getElementById("faults");
    this.form = this.panel.querySelector("form");
    this.opener = document.getElementById("open-faults");
    this.opener.addEventListener("click", () => this.open(this.panel.hidden));
    document.getElementById("close-faults").addEventListener("click", () => this.open(false));
    document.getElementById("calm").addEventListener("click", () => {
      this.show(CALM);
      this.set();
    });
    this.form.addEventListener("input", () => this.write());
    this.form.addEventListener("change", () => this.set());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.open(false);
    });
  }

  open(yes) {
    this.panel.hidden = !yes;
    this.opener.setAttribute("aria-expanded", String(yes));
    (yes ? this.form.querySelector("input") : this.opener).focus({ preventScroll: true });
  }

  read() {
    const set = {};
    for (const field of this.form.querySelectorAll("[name]")) {
      set[field.name] = field.type === "range" ? Number(field.value) : field.value;
    }
    return set;
  }

  show(faults) {
    for (const [name, value] of Object.entries(faults)) {
      const field = this.form.querySelector(`[name=${name}]`);
      if (field) field.value = value;
    }
    this.write();
  }

  // The figures beside the sliders, and how many faults are on.
  write() {
    const set = this.read();
    for (const field of this.form.querySelectorAll("input[type=range]")) {
      const value = Number(field.value);
      const shown = field.dataset.as === "percent"
        ? say("percent", { n: Math.round(value * 100) }) : number(value);
      field.parentElement.querySelector("b").textContent = shown;
    }
    document.getElementById("slow-for").hidden = set.answer !== "slow";
    const on = Object.keys(CALM).filter((name) => name !== "slow_for" && set[name] !== CALM[name]).length;
    const mark = document.getElementById("faults-on");
    mark.hidden = on === 0;
    mark.textContent = say("faults_on", { n: on });
  }

  async set() {
    try {
      await call("faults", this.read());
      notice("faults", "");
    } catch {
      notice("faults", words.failed_call);
    }
  }
}
