
"use strict";

// Tables that can be sorted by a column and filtered by a text. A line and its note are one
// tbody; lines stay below the heading that they stand under.

function keyOf(body, column) {
  const cell = body.rows[0].cells[column];
  return { number: cell.dataset.key === undefined ? NaN : Number(cell.dataset.key), text: cell.textContent };
}

// what says no number comes last, whichever way the numbers go
function compared(one, other, down) {
  if (Number.isNaN(one.number) !== Number.isNaN(other.number)) return Number.isNaN(one.number) ? 1 : -1;
  const order = Number.isNaN(one.number)
    ? one.text.localeCompare(other.text, document.documentElement.lang, { numeric: true })
    : one.number - other.number;
  return down ? -order : order;
}

function sortedBy(table, header) {
  const column = header.cellIndex;
  const down = header.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", down ? "descending" : "ascending");
  const groups = [[]];
  for (const body of Array.from(table.tBodies)) {
    if (body.className === "heading") groups.push([]);
    else groups[groups.length - 1].push({ body, key: keyOf(body, column) });
  }
  const headings = Array.from(table.querySelectorAll("tbody.heading"));
  groups.forEach((lines, number) => {
    if (number) table.append(headings[number - 1]);
    lines.sort((one, other) => compared(one.key, other.key, down));
    for (const line of lines) table.append(line.body);
  });
}

function filteredBy(table, wanted, said) {
  const words = wanted.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  let heading = null;
  let shown = 0;
  let all = 0;
  for (const body of table.tBodies) {
    if (body.className === "heading") {
      heading = body;
      heading.hidden = true;
      continue;
    }
    const text = ((heading ? heading.textContent + " " : "") + body.textContent).toLocaleLowerCase();
    body.hidden = !words.every((word) => text.includes(word));
    all += 1;
    if (!body.hidden) {
      shown += 1;
      if (heading) heading.hidden = false;
    }
  }
  said.textContent = words.length
    ? said.dataset.template.replace("[shown]", shown).replace("[all]", all)
    : "";
}

for (const table of document.querySelectorAll("table.sorts")) {
  for (const header of table.tHead.rows[0].cells) {
    const button = header.querySelector("button");
    if (button) button.addEventListener("click", () => sortedBy(table, header));
  }
}

for (const input of document.querySelectorAll(".filter input")) {
  const table = document.getElementById(input.getAttribute("aria-controls"));
  const said = input.closest(".filter").querySelector(".found");
  input.addEventListener("input", () => filteredBy(table, input.value, said));
}
