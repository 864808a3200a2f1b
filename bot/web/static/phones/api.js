// The page's HTTP calls. A failure becomes a Trouble whose message can be shown to a person.

const AT = "/phones/api/handsets";
const LOST = "The service does not answer. It is tried again by itself.";

export class Trouble extends Error {}

async function call(path, options) {
  let response;
  try {
    response = await fetch(AT + path, options);
  } catch {
    throw new Trouble(LOST);
  }
  if (response.ok) return response.json();
  const problem = await response.json().catch(() => ({}));
  throw new Trouble(problem.says ?? LOST);
}

function post(path, body) {
  return call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

const of = (id) => `/${encodeURIComponent(id)}`;

export const readHandsets = () => call("", {});
export const addHandset = (kind) => post("", { kind });
export const readTexts = (id, after) => call(`${of(id)}/texts?after=${after}`, {});
export const sendText = (id, text) => post(`${of(id)}/texts`, { text });
export const pressOption = (id, textId, token) => post(`${of(id)}/presses`, { text_id: textId, token });
