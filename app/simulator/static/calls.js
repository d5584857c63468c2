// Calls to the simulator. Numbers go in bodies, never in addresses.
export class Failed extends Error {
  constructor(status, detail) {
    super(`status ${status}`);
    this.status = status;
    this.detail = detail;
  }
}

export async function call(name, body) {
  let answer;
  try {
    answer = await fetch(`/simulator/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Failed(0, "offline");
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Failed(answer.status, said.detail);
  return said;
}
