// Light or dark before anything is painted; without a choice the browser's own holds.
const chosen = localStorage.getItem("muster.theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
