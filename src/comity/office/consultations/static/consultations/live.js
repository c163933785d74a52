// Moves the map when a newer result is published, and says that the words beside it are older. Asks rarely, with some chance in it, and
// only while somebody looks. What is painted is the published version itself, which never changes and may come from a cache.

const here = document.querySelector("[data-latest]");
const told = document.querySelector('[data-role="newer"]');
const QUICK = 4000;
let wait = 8000;
let painted = here ? here.dataset.version : "";

// The plane of comity.opinion.report.drawings, from the same figures.
const WIDE = 640;
const MARGIN = 44;
const short = (value) => String(Math.round(value * 10) / 10);

function put(svg, name, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  svg.append(made);
  return made;
}

function paint(svg, { cells, groups }) {
  const xs = cells.map((cell) => cell[0]);
  const ys = cells.map((cell) => cell[1]);
  const [left, right, low, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const wide = Math.max(right - left, 1e-6);
  const high = Math.max(top - low, 1e-6);
  const height = Math.round(Math.min(560, Math.max(320, ((WIDE - 2 * MARGIN) * high) / wide + 2 * MARGIN)));
  const scale = Math.min((WIDE - 2 * MARGIN) / wide, (height - 2 * MARGIN) / high);
  const across = (x) => WIDE / 2 + (x - (left + right) / 2) * scale;
  const up = (y) => height / 2 - (y - (low + top) / 2) * scale;
  const people = cells.reduce((sum, cell) => sum + cell[2], 0);
  const ink = (0.16 * WIDE * height) / (Math.PI * people);
  svg.setAttribute("viewBox", `0 0 ${WIDE} ${height}`);
  for (const old of svg.querySelectorAll(".c, .l")) old.remove();
  svg.querySelector(".ax").setAttribute("d", `M0,${short(up(0))}H${WIDE}M${short(across(0))},0V${height}`);
  svg.querySelector('.n[text-anchor="end"]').setAttribute("y", height - 8);
  const style = new Map(groups.map((group, place) => [group.id, place % 8]));
  for (const [x, y, n, group] of [...cells].sort((one, other) => other[2] - one[2])) {
    const size = short(Math.min(40, Math.max(3, Math.sqrt(n * ink))));
    const mark = style.get(group);
    put(svg, "use", { href: `#m${mark}`, class: `c g${mark}`, transform: `translate(${short(across(x))} ${short(up(y))})scale(${size})` });
  }
  for (const { id, size } of groups.length > 1 ? groups : []) {
    const mine = cells.filter((cell) => cell[3] === id);
    const mean = (axis) => mine.reduce((sum, cell) => sum + cell[axis] * cell[2], 0) / size;
    put(svg, "text", { class: `l g${style.get(id)}`, x: short(across(mean(0))), y: short(up(mean(1)) + 11) }, id);
  }
}

async function move(version) {
  const svg = document.querySelector('[data-role="map"] svg.map');
  // A line of marks, for one axis, is not painted here; nor is a map that was not there before.
  if (!svg || svg.querySelector(".st")) return;
  const answer = await fetch(here.dataset.latest.replace("latest", `${version}.json`));
  const map = answer.ok ? await answer.json() : { cells: [] };
  if (map.cells.length) paint(svg, map);
}

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(here.dataset.latest);
      const { version } = answer.ok ? await answer.json() : { version: painted };
      if (version !== painted) {
        painted = version;
        told.textContent = ` ${told.dataset.word}`;
        await move(version);
        wait = QUICK;
      } else {
        wait = Math.min(60000, wait * 1.3);
      }
    } catch {
      wait = 60000;
    }
  }
  setTimeout(look, wait * (0.75 + Math.random() / 2));
}

if (here && told) setTimeout(look, wait);
