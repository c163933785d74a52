// Voting on a bad link: the press is kept on this device with a name of its own and sent until the site has answered. The site counts
// the same press once, and a press that waited does not undo what the delegation did meanwhile: then the page says so.

const form = document.querySelector("form.cast");
const say = (role) => document.querySelector(`[data-role="${role}"]`);
const KEY = form ? `vote-${form.dataset.key}` : "";
let pause = 1000;
let busy = false;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY) || "null");
  } catch {
    return null;
  }
}

function keep(press) {
  try {
    if (press) localStorage.setItem(KEY, JSON.stringify(press));
    else localStorage.removeItem(KEY);
  } catch {
    // Without storage the press lives as long as the page.
  }
}

const token = () => (document.querySelector("[data-token]") || document.querySelector("[name=csrfmiddlewaretoken]"))?.value || "";

async function send(press) {
  if (busy || !press) return;
  busy = true;
  say("state").textContent = form.dataset.sending;
  let later = false;
  try {
    const answer = await fetch(form.dataset.post, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token() },
      body: new URLSearchParams(press),
      keepalive: true,
    });
    if (answer.ok) {
      keep(null);
      location.replace(`${location.pathname}?for=${encodeURIComponent(press.for)}`);
      return;
    }
    if (answer.status === 422) {
      const told = await answer.json();
      keep(null);
      say("state").textContent = told.refused;
      for (const one of form.querySelectorAll("button")) one.disabled = false;
    } else if (answer.status === 429 || answer.status >= 500) {
      later = true;
    } else {
      keep(null);
      location.replace(`${location.pathname}?for=${encodeURIComponent(press.for)}`);
      return;
    }
  } catch {
    later = true;
  }
  busy = false;
  if (!later) return;
  say("state").textContent = form.dataset.waiting;
  pause = Math.min(30000, pause * 2);
  setTimeout(() => send(kept() || press), pause);
}

// The first press asks to confirm, without the network; the second one is the vote.
function confirm(button) {
  const panel = say("confirm");
  const record = say("record");
  say("chosen").replaceChildren(...[...button.childNodes].map((node) => node.cloneNode(true)));
  say("chosen").className = `big ${button.className}`;
  record.value = button.value;
  const reason = say("reason");
  if (reason) reason.hidden = !reason.dataset.for.split(" ").includes(button.value);
  form.querySelector("fieldset.ballot").hidden = true;
  panel.hidden = false;
  panel.focus();
}

form?.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.value) return;
  const panel = say("confirm");
  event.preventDefault();
  if (panel && button !== say("record")) {
    confirm(button);
    return;
  }
  const press = Object.fromEntries(new FormData(form));
  press.choice = button.value;
  keep(press);
  for (const one of form.querySelectorAll("button")) one.disabled = true;
  send(press);
});

say("back")?.addEventListener("click", () => {
  say("confirm").hidden = true;
  const ballot = form.querySelector("fieldset.ballot");
  ballot.hidden = false;
  ballot.querySelector("button").focus();
});

if (form) {
  addEventListener("online", () => send(kept()));
  if (kept()) send(kept());
}
