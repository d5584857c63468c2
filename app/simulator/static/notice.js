// One line under the header; each cause has its own words and takes them back.
const line = document.getElementById("notice");
const said = new Map();

export function notice(cause, text) {
  if (text) said.set(cause, text);
  else said.delete(cause);
  const last = [...said.values()].at(-1) ?? "";
  if (line.textContent !== last) line.textContent = last;
  line.hidden = !last;
}
