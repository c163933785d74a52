// Counts down to the end of silence by the clock of whoever reads, and loads the page again once the result can be there, unless the
// live channel has brought it by then.

const told = document.querySelector("[data-deadline]");
const place = document.querySelector('[data-role="countdown"]');

function two(number) {
  return String(number).padStart(2, "0");
}

function tick() {
  const left = Math.floor((new Date(told.dataset.deadline) - Date.now()) / 1000);
  if (left < 0) {
    told.textContent = told.dataset.over;
    // Not all at the same moment, and not before the result is recorded.
    setTimeout(() => told.isConnected && location.reload(), 3500 + Math.random() * 2500);
    return;
  }
  const days = Math.floor(left / 86400);
  const clock = `${two(Math.floor(left / 3600) % 24)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
  place.textContent = days ? `${days} + ${clock}` : clock;
  setTimeout(tick, 1000);
}

if (told && place) tick();
