// Keeps parts of a page current. data-live="KIND:ID ..." on an element with an id: fetched again from this page when one of these things
// changes, once in a second at most. data-live-at-once="KIND:ID ...": of these, without waiting for the second to end. data-part="NAME KIND:ID": replaced by what the site sends. Server-sent events; where they fail, asking every few seconds.

const root = document.querySelector("[data-live-channel]");
const says = (what, shown) => {
  const place = root.querySelector(`[data-live-says="${what}"]`);
  if (place) place.hidden = !shown;
};
const all = (query) => [...document.querySelectorAll(query)];
const busy = (element) => element.contains(document.activeElement) && /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
const refs = (element) => `${element.dataset.live} ${element.dataset.liveAtOnce ?? ""}`.split(/\s+/).filter(Boolean);
const TRIES = 3;
const CALM = 1000; // milliseconds from one fetch of the page to the next, however much happens
let after = root?.dataset.after;
let source = null;
let failed = 0;
let waiting = null;
let hurried = false;
let fetching = false;
let calm = 0;
let spread = 0;
const changed = new Set();

function question() {
  const asked = new URLSearchParams({ after, language: root.dataset.language });
  for (const ref of new Set(all("[data-live]").flatMap(refs))) asked.append("about", ref);
  for (const part of new Set(all("[data-part]").map((one) => one.dataset.part))) asked.append("part", part);
  return asked;
}

// A form that came in a part is this page's form: it gets this page's token.
function withToken(element) {
  const token = root.querySelector("[data-token]")?.value;
  if (!token) return;
  for (const form of element.querySelectorAll('form[method="post"]')) {
    if (form.querySelector('[name="csrfmiddlewaretoken"]')) continue;
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "csrfmiddlewaretoken", value: token });
    form.append(field);
  }
}

function put(element, html) {
  if (element.innerHTML === html) return;
  if (busy(element)) {
    element.addEventListener("focusout", () => setTimeout(() => put(element, html)), { once: true });
    return;
  }
  const held = element.contains(document.activeElement) ? document.activeElement.id : "";
  element.innerHTML = html;
  withToken(element);
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
}

function parts(made) {
  for (const element of all("[data-part]")) if (element.dataset.part === made.part) put(element, made.html);
}

const pressing = () => all("[data-live-at-once]").some((one) => one.dataset.liveAtOnce.split(/\s+/).some((ref) => changed.has(ref)));

// What pressed first keeps its turn: drawing lots anew with each change would bring everybody's turn forward.
function things(told, over) {
  for (const ref of told) changed.add(ref);
  spread = over;
  if (!changed.size || fetching || document.hidden) return;
  const hurry = pressing();
  if (waiting !== null && (hurried || !hurry)) return;
  clearTimeout(waiting);
  hurried = hurry;
  const quiet = hurry ? 0 : Math.max(0, calm - performance.now());
  waiting = setTimeout(again, quiet + Math.random() * spread);
}

async function again() {
  waiting = null;
  fetching = true;
  calm = performance.now() + CALM;
  const told = new Set(changed);
  changed.clear();
  const wanted = all("[data-live]").filter((one) => refs(one).some((ref) => told.has(ref)));
  try {
    if (wanted.some((one) => one.dataset.liveMode === "offer")) says("newer", true);
    const own = wanted.filter((one) => one.dataset.liveMode !== "offer");
    if (own.length) {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (!answer.ok || answer.redirected) throw new Error(`the page answers ${answer.status}`);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const element of own) {
        const now = fresh.getElementById(element.id);
        if (now) put(element, now.innerHTML);
      }
    }
  } catch {
    says("newer", true);
  }
  fetching = false;
  things([], spread);
}

function listen() {
  source = new EventSource(`${root.dataset.liveChannel}?${question()}`);
  source.onopen = () => {
    failed = 0;
    says("away", false);
  };
  source.addEventListener("changed", (event) => {
    const told = JSON.parse(event.data);
    after = event.lastEventId || after;
    things(Object.keys(told.things), told.spread);
  });
  source.addEventListener("part", (event) => parts(JSON.parse(event.data)));
  source.onerror = () => {
    failed += 1;
    says("away", failed > 1);
    if (source.readyState !== EventSource.CLOSED && failed < TRIES) return;
    source.close();
    ask(12);
  };
}

// Asking, some rounds long; then the line is tried anew.
async function ask(rounds) {
  let wait = 5;
  try {
    const answer = await fetch(`${root.dataset.liveChannel}/now?${question()}`, { cache: "no-store" });
    if (!answer.ok) throw new Error(`the site answers ${answer.status}`);
    const told = await answer.json();
    after = String(told.after);
    wait = told.again;
    told.parts.forEach(parts);
    things(Object.keys(told.things), 1000);
    says("away", false);
  } catch {
    says("away", true);
  }
  setTimeout(() => (rounds ? ask(rounds - 1) : listen()), wait * 1000 * (0.75 + Math.random() / 2));
}

const watches = (asked) => asked.has("about") || asked.has("part");
if (root && watches(question())) {
  document.querySelectorAll("[data-part]").forEach(withToken);
  document.addEventListener("visibilitychange", () => things([], 300));
  addEventListener("pagehide", () => source?.close());
  if (window.EventSource) listen();
  else ask(Infinity);
}
