// The detail below a row of the score grid, and the numbers that an earlier visit left unsaved. See grid.js.

const { table, mode, columns, lineOf, columnOf, dirty, cellAt, part, wasOf, hundredths, full, shown, drafts, give } = window.scoreGrid;

// ---- the detail below a row ----

async function loadDetail(line) {
  const link = part(line, "[data-detail]");
  const res = await fetch(`${link.getAttribute("href")}?mode=${mode}`, { headers: { "HX-Request": "true" } });
  if (!res.ok) throw new Error(`detail: ${res.status}`);
  return res.text();
}

function detailOf(line) {
  const next = line.nextElementSibling;
  return next && next.classList.contains("grid-detail") ? next : null;
}

function toggleDetail(line, focus) {
  const open = detailOf(line);
  if (open) {
    open.remove();
    return;
  }
  const link = part(line, "[data-detail]");
  loadDetail(line).then((html) => {
    const row = document.createElement("tr");
    row.className = "grid-detail";
    const td = document.createElement("td");
    td.colSpan = columns.length + 3;
    row.append(td);
    fill(td, html);
    line.after(row);
    const first = focus && td.querySelector("select, input:not([type=hidden])");
    if (first) first.focus();
  }).catch(() => window.location.assign(link.href));
}

function fill(td, html) {
  td.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes); // scripts within stay asleep
  if (window.htmx) window.htmx.process(td);
}

function refreshDetail(line) {
  const open = detailOf(line);
  if (!open || open.contains(document.activeElement)) return;
  loadDetail(line).then((html) => fill(open.firstElementChild, html)).catch(() => open.remove());
}

table.addEventListener("grid:saved", (event) => refreshDetail(event.detail));
table.addEventListener("grid:detail", (event) => toggleDetail(event.detail, true));
table.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-detail]");
  if (!link || event.ctrlKey || event.shiftKey || event.metaKey) return;
  event.preventDefault();
  toggleDetail(link.closest("tr"), true);
});

// What was changed in the detail shows in the row above it.
document.addEventListener("htmx:afterSettle", () => {
  for (const detail of table.querySelectorAll("[data-entries-of]")) {
    const line = document.getElementById(`r${detail.dataset.entriesOf}`);
    const field = wasOf(line);
    if (!field) continue;
    field.value = detail.dataset.was;
    field.value.split(",").forEach((value, column) => {
      const input = cellAt(line, column);
      if (!input || dirty(input)) return;
      input.defaultValue = shown(value, column);
      input.value = input.defaultValue;
      input.parentNode.classList.toggle("lost", hundredths(value) !== full(column));
    });
    line.cells[columns.length + 1].textContent = detail.dataset.total;
    part(line, "[data-entries]").textContent = detail.dataset.count;
    part(line, "[data-open]").textContent = detail.dataset.openCount;
  }
});

// ---- numbers that were typed and not saved ----

function offer() {
  const place = document.querySelector("[data-grid-offer]");
  const found = drafts();
  if (!place || !found.length) return;
  const text = document.createElement("p");
  const list = found.slice(0, 10).map(({ input, text: number }) => {
    const name = lineOf(input).cells[0].firstChild.textContent.trim();
    return `${name} ${columns[columnOf(input)].title} ${number || "(清空)"}`;
  });
  text.textContent = `上次有${found.length}格填写后没有保存:${list.join(";")}${found.length > 10 ? "…" : ""}`;
  const restore = button("恢复并保存", "button-primary", () => found.forEach(give));
  const drop = button("放弃", "", () => found.forEach(({ key }) => localStorage.removeItem(key)));
  const acts = document.createElement("p");
  acts.append(restore, " ", drop);
  place.className = "notice notice-warn";
  place.replaceChildren(text, acts);
  place.hidden = false;

  function button(title, kind, act) {
    const b = document.createElement("button");
    b.type = "button";
    b.className = `button ${kind}`;
    b.textContent = title;
    b.addEventListener("click", () => {
      act();
      place.hidden = true;
    });
    return b;
  }
}

offer();
