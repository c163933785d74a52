// Says when a newer result was published than the one on the page. Asks rarely, with some chance in it, and only while somebody looks.

const here = document.querySelector("[data-latest]");
const told = document.querySelector('[data-role="newer"]');
let wait = 8000;

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(here.dataset.latest);
      const newer = answer.ok && (await answer.json()).version !== here.dataset.version;
      if (newer) {
        told.textContent = ` ${told.dataset.word}`;
        return;
      }
      wait = Math.min(60000, wait * 1.3);
    } catch {
      wait = 60000;
    }
  }
  setTimeout(look, wait * (0.75 + Math.random() / 2));
}

if (here && told) setTimeout(look, wait);
