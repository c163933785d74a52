// Answering without waiting for the network: statements are fetched ahead, answers queue on this device and go to the ballot box in
// batches, each forgotten only when the box has acknowledged it. Sending twice is harmless: answers of a queue carry rising numbers.

const form = document.querySelector("form.ballot");
const find = (role) => document.querySelector(`[data-role="${role}"]`);
const { consultation, next } = form ? form.dataset : {};
const ticket = form ? mine() : "";
const KEY = `answers-${consultation}`;
const AT_ONCE = 50;
const state = find("state");

// In a frame of another site there is no cookie: the first ticket is kept in this browser's own store for that site.
function mine() {
  const given = form.dataset.ticket;
  if (!("kept" in form.dataset)) return given;
  try {
    const held = localStorage.getItem(`ticket-${form.dataset.consultation}`);
    if (held) return held;
    localStorage.setItem(`ticket-${form.dataset.consultation}`, given);
  } catch {
    // Without storage the ticket lives as long as the page, and the page says so.
    const warning = find("unkept");
    if (warning) warning.hidden = false;
  }
  return given;
}

function restore() {
  const fresh = { device: Math.random().toString(36).slice(2, 10), n: 0, queue: [] };
  try {
    return { ...fresh, ...JSON.parse(localStorage.getItem(KEY) || "{}") };
  } catch {
    return fresh;
  }
}

const held = form ? restore() : null;
let ahead = [];
let done = form ? Number(form.dataset.done) : 0;
let busy = false;
let pause = 1000;
let previous = null;

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify(held));
  } catch {
    // Without storage the queue lives as long as the page.
  }
}

function say(word, more = "") {
  state.textContent = word ? `${state.dataset[word]}${more}` : "";
}

async function send() {
  if (busy || !held.queue.length) return;
  busy = true;
  const batch = held.queue.slice(0, AT_ONCE);
  try {
    const answer = await fetch(`/c/${consultation}/votes`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Ballot ${ticket}` },
      body: JSON.stringify({ device: held.device, answers: batch }),
      keepalive: true,
    });
    if (answer.ok) {
      const told = await answer.json();
      const last = batch[batch.length - 1].n;
      held.queue = held.queue.filter((one) => one.n > last);
      keep();
      pause = 1000;
      say(told.refused && told.refused.length ? "gone" : held.queue.length ? "" : "sent");
    } else if (answer.status === 429 || answer.status >= 500) {
      pause = Math.min(60000, Math.max(pause * 2, 1000 * Number(answer.headers.get("Retry-After") || 0)));
      say("waiting", ` ${held.queue.length}`);
    } else {
      if (answer.status === 401) localStorage.removeItem(`ticket-${consultation}`);
      say("stop");
      busy = false;
      return;
    }
  } catch {
    pause = Math.min(60000, pause * 2);
    say("waiting", ` ${held.queue.length}`);
  }
  busy = false;
  if (held.queue.length) setTimeout(send, pause);
}

async function fetchAhead() {
  const without = held.queue.map((one) => one.statement).concat(shown() === null ? [] : [shown()], ahead.map((one) => one.n));
  try {
    const answer = await fetch(`${next}?without=${without.slice(0, 400).join(",")}`, {
      headers: { Authorization: `Ballot ${ticket}` },
    });
    if (answer.ok) {
      const known = new Set(without);
      ahead = ahead.concat((await answer.json()).statements.filter((one) => !known.has(one.n)));
    }
  } catch {
    // The link is away: what was fetched before is answered meanwhile.
  }
}

const shown = () => (form.elements.statement.value === "" ? null : Number(form.elements.statement.value));

function show(statement) {
  // The server's own markup: the words in their language with the sign of a machine's translation, and the original.
  for (const role of ["statement", "original"]) find(role).innerHTML = statement[role];
  form.elements.statement.value = String(statement.n);
  form.elements.important.checked = false;
  find("before")?.remove();
  find("statement").focus({ preventScroll: false });
}

function count() {
  const place = find("progress");
  place.textContent = place.dataset.words.replace("{m}", done).replace("{n}", form.dataset.all);
}

form?.addEventListener("submit", (event) => {
  const vote = { agree: 1, pass: 0, disagree: -1 }[event.submitter?.value];
  const following = ahead.shift();
  // Without a statement to go on with, the page itself takes the answer and says what comes next.
  const framed = !form.elements.csrfmiddlewaretoken;
  if (vote === undefined || (!following && !framed && navigator.onLine && !held.queue.length)) return;
  event.preventDefault();
  held.n += 1;
  held.queue.push({ statement: shown(), vote, important: form.elements.important.checked, n: held.n });
  keep();
  previous = shown();
  if (!find("before")) done += 1;
  count();
  const undo = find("undo");
  if (undo) {
    undo.hidden = false;
    undo.querySelector("a").href = `?statement=${previous}`;
  }
  if (following) show(following);
  else form.querySelector("fieldset").disabled = true;
  send();
  if (ahead.length < 5) fetchAhead();
});

if (form) {
  for (const field of document.querySelectorAll('input[name="ticket"]')) field.value = ticket;
  addEventListener("online", send);
  addEventListener("pagehide", send);
  if (held.queue.length) send();
  fetchAhead();
}
