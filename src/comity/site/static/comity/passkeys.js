// Passkeys: a button asks the browser for one, and what it gives is sent with the form that the button names.
// data-passkey: add (make one), use (options stand on the page), enter (options are asked for when the button is pressed).

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

function toSend(credential) {
  const { response } = credential;
  const sent = { clientDataJSON: text(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) sent[part] = text(response[part]);
  }
  if (response.getTransports) sent.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: sent,
  };
}

async function make(options, alone) {
  const asked = { ...options.publicKey };
  asked.challenge = bytes(asked.challenge);
  asked.user = { ...asked.user, id: bytes(asked.user.id) };
  asked.excludeCredentials = known(asked.excludeCredentials);
  asked.authenticatorSelection = {
    ...asked.authenticatorSelection,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    ...(alone && { userVerification: "required" }),
  };
  return navigator.credentials.create({ publicKey: asked });
}

async function use(options) {
  const asked = { ...options.publicKey };
  asked.challenge = bytes(asked.challenge);
  asked.allowCredentials = known(asked.allowCredentials);
  return navigator.credentials.get({ publicKey: asked });
}

async function options(button) {
  if (!button.dataset.optionsAt) return JSON.parse(document.getElementById("passkey-options").textContent);
  const answer = await fetch(button.dataset.optionsAt, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`the site answers ${answer.status}`);
  return answer.json();
}

async function ask(button, form) {
  const failed = document.getElementById(button.dataset.failed);
  failed.hidden = true;
  try {
    const found = await options(button);
    const credential = button.dataset.passkey === "add"
      ? await make(found.creation_options, Boolean(form.elements.passwordless?.checked))
      : await use(found.request_options);
    form.elements.credential.value = JSON.stringify(toSend(credential));
    form.submit();
  } catch {
    failed.hidden = false; // why, no browser says: it could tell a site which passkeys somebody has
  }
}

if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("[data-passkey]")) {
    const form = document.getElementById(button.dataset.form);
    button.parentElement.hidden = false;
    button.addEventListener("click", () => ask(button, form));
    form.addEventListener("submit", (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      ask(button, form);
    });
  }
  for (const missing of document.querySelectorAll("[data-passkey-missing]")) missing.hidden = true;
}
