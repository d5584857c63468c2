// Small conveniences; every page works without them.
"use strict";

const root = document.documentElement;

function isDark() {
  if (root.dataset.theme) return root.dataset.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

document.getElementById("theme")?.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  localStorage.setItem("muster.theme", root.dataset.theme);
});

// On a phone the pages stand in one row: the one that is open should be seen.
const here = document.querySelector("nav.side [aria-current]");
const row = here?.closest("nav");
if (row && row.scrollWidth > row.clientWidth) {
  const [one, all] = [here.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollBy(one.left + one.width / 2 - all.left - all.width / 2, 0);
}

// A picture that is wider than its frame is seen from where it begins.
const picture = document.querySelector(".diagram");
if (picture) {
  const start = picture.querySelector(".step.start").getBoundingClientRect();
  const frame = picture.parentElement.getBoundingClientRect();
  picture.parentElement.scrollLeft += start.left + start.width / 2 - frame.left - frame.width / 2;
}

// Chosen filters fill a phone's whole screen: what they found should be seen.
const filters = document.querySelector("details.filters[open]");
if (filters && matchMedia("(max-width: 44rem)").matches) filters.open = false;

// Menus close when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape")
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    const find = document.querySelector("header.bar input[type=search]");
    if (find) {
      event.preventDefault();
      find.focus();
    }
  }
});

// Going back in the browser keeps what was typed; the link alone begins anew.
document.querySelector("[data-back]")?.addEventListener("click", (event) => {
  event.preventDefault();
  history.back();
});

// What cannot be taken back is asked about first.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.ask;
  if (question && !confirm(question)) event.preventDefault();
});

document.getElementById("all")?.addEventListener("change", (event) => {
  for (const box of document.querySelectorAll("input[name=id]")) box.checked = event.target.checked;
});

for (const button of document.querySelectorAll("[data-copy]"))
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.classList.add("done");
  });

// How long an answer is while one types it, as the carrier will count it.
const GSM = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà\f^{}\\[~\]|€]*$/;
const TWICE = /[\f^{}\\[~\]|€]/g;

function segmentsOf(text) {
  const plain = GSM.test(text);
  const size = plain ? text.length + (text.match(TWICE) || []).length : text.length;
  const [alone, joined] = plain ? [160, 153] : [70, 67];
  return [size, size <= alone ? 1 : Math.ceil(size / joined)];
}

for (const area of document.querySelectorAll("[data-count]")) {
  const counter = area.form.querySelector("[data-counter]");
  const figure = new Intl.NumberFormat(root.lang === "fa" ? "fa-IR" : root.lang);
  area.addEventListener("input", () => {
    const [size, parts] = segmentsOf(area.value);
    let at = 0;
    counter.textContent = area.dataset.count.replace(/%/g, () => figure.format([size, parts][at++]));
  });
}

// A login that ended: htmx is told by a header; errors of polls stay silent.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400) event.detail.shouldSwap = false;
});
