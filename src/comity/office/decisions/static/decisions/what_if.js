// Trying members and rules without pressing a button: the same page is asked again and its outcome put in place.

const form = document.querySelector("form.try");
let asked = 0;

form?.addEventListener("change", async () => {
  const mine = ++asked;
  const address = `${location.pathname}?${new URLSearchParams(new FormData(form))}`;
  try {
    const answer = await fetch(address);
    if (!answer.ok || mine !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("tried").replaceChildren(...page.getElementById("tried").childNodes);
    history.replaceState(null, "", address);
  } catch {
    // The link is away: the button asks again.
  }
});
