// The dialler of one phone: a keypad, and the screens that a dialog shows.
import { call } from "./calls.js";
import { about, say, together, words } from "./words.js";

const KEYS = [..."123456789*0#"];

export class Dialler {
  constructor(phone) {
    this.phone = phone;
    this.$ = phone.$;
    this.dialled = this.$(".dialled input");
    this.answer = this.$(".dialog input");
    this.dialled.value = about.code;
    for (const key of KEYS) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = key;
      button.addEventListener("click", () => { this.dialled.value += key; });
      this.$(".keypad").append(button);
    }
    this.$(".delete").addEventListener("click", () => {
      this.dialled.value = this.dialled.value.slice(0, -1);
    });
    this.$(".dialling").addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.dialled.value.trim()) this.ask("dial", { code: this.dialled.value.trim() });
    });
    this.$(".dialog").addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask("key", { typed: this.answer.value });
    });
    this.$(".cancel").addEventListener("click", () => this.ask("hang-up", {}));
    this.show(null);
  }

  async ask(name, body) {
    this.waiting();
    try {
      const item = await call(name, { number: this.phone.number, ...body });
      this.show(item.id ? item : null);
    } catch (error) {
      this.show(error.status === 409 ? null : { text: "", open: false, note: "no_answer" });
    }
  }

  waiting() {
    this.$(".dialling").hidden = true;
    this.$(".dialog").hidden = false;
    this.$(".dialog").classList.add("waiting");
    this.write({ text: words.dialling, note: "", open: false });
    this.$(".fits").textContent = "";
  }

  show(item) {
    this.$(".dialog").classList.remove("waiting");
    this.$(".dialling").hidden = Boolean(item);
    this.$(".dialog").hidden = !item;
    if (!item) return;
    this.write(item);
    this.phone.turnTo(1);
    (item.open ? this.answer : this.$(".cancel")).focus({ preventScroll: true });
  }

  write(item) {
    this.$(".shows").textContent = item.text;
    this.$(".shows").hidden = !item.text;
    const fits = this.$(".fits");
    fits.textContent = item.text && item.room ? fit(item) : "";
    fits.classList.toggle("wrong", item.fits === false);
    const notes = item.note ? [say(item.note, { code: about.code })] : [];
    if (item.repeated_alike === true) notes.push(words.alike);
    if (item.repeated_alike === false) notes.push(words.unlike);
    this.$(".note").textContent = notes.join(" ");
    this.$(".note").classList.toggle("wrong", Boolean(item.note) || item.repeated_alike === false);
    this.answer.value = "";
    this.answer.hidden = !item.open;
    this.$(".dialog button[type=submit]").hidden = !item.open;
    this.$(".cancel").textContent = item.open ? words.cancel : words.close;
  }
}

function fit(item) {
  const used = [say("units", { n: item.units, room: item.room }), words[item.encoding]];
  return together(...used, ...(item.fits ? [] : [words.too_long]));
}
