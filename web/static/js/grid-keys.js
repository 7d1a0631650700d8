// Keys of the score grid, the short list of items, and pasting a block. See grid.js.

const { table, mode, lines, order, columns, isCell, lineOf, columnOf, dirty, cellAt, hundredths, keep, save, undo, settled } = window.scoreGrid;
const items = Array.from(document.querySelectorAll("[data-grid-items] li"), (li) => ({
  dimension: li.dataset.dimension,
  code: li.dataset.code,
  points: li.dataset.points,
  only: li.dataset.only ? li.dataset.only.split(" ") : null,
  title: li.textContent,
}));

// differs guesses whether a typed number leaves full marks, to know if an item is wanted. The server decides what it is.
function differs(text, column) {
  const t = text.replace(/[\s分]/g, "").replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0));
  if (t === "" || Number.isNaN(Number(t))) return false;
  const v = hundredths(t);
  if (columns[column].bonus || mode === "deduct" || t[0] === "-") return v !== 0;
  return v !== columns[column].max;
}

// ---- the short list of items ----

const picker = document.createElement("div");
picker.className = "grid-picker";
picker.id = "grid-picker";
picker.setAttribute("role", "listbox");
picker.setAttribute("aria-label", "考评内容");
picker.hidden = true;
let picking = null; // { input, list, at, unit }

// pick opens the list below a cell. unit: nothing was typed, so the item brings its own points.
function pick(input, unit) {
  const line = lineOf(input);
  const code = columns[columnOf(input)].code;
  const list = items.filter((i) => i.dimension === code && (!i.only || i.only.includes(line.dataset.position)));
  if (!list.length) return false;
  picker.replaceChildren(...list.map((item, i) => {
    const row = document.createElement("div");
    row.setAttribute("role", "option");
    row.id = `pick-${i}`;
    row.dataset.at = String(i);
    const key = document.createElement("b");
    key.textContent = i < 9 ? String(i + 1) : "";
    const points = document.createElement("small");
    points.textContent = `${item.points}分`;
    row.append(key, ` ${item.title} `, points);
    return row;
  }), hintRow());
  const box = input.getBoundingClientRect(); // the only question about the layout
  picker.classList.toggle("grid-picker-up", box.bottom > window.innerHeight / 2);
  picker.classList.toggle("grid-picker-back", box.left > window.innerWidth / 2);
  input.parentNode.append(picker); // fixed without coordinates: it stands where it would have come in its cell, and no scroller cuts it
  picker.hidden = false;
  picking = { input, list, at: 0, unit };
  point(0);
  return true;
}

function hintRow() {
  const hint = document.createElement("p");
  hint.className = "hint";
  hint.textContent = "数字键或↑↓回车选择,0 暂不选(待补依据),Esc 关闭";
  return hint;
}

function point(at) {
  picking.at = (at + picking.list.length) % picking.list.length;
  const before = picker.querySelector("[aria-selected]");
  if (before) before.removeAttribute("aria-selected");
  const row = picker.children[picking.at];
  row.setAttribute("aria-selected", "true");
  picking.input.setAttribute("aria-controls", picker.id);
  picking.input.setAttribute("aria-activedescendant", row.id);
  if (picking.at > 6 || picking.list.length > 9) row.scrollIntoView({ block: "nearest" });
}

function closePicker() {
  if (!picking) return;
  picking.input.removeAttribute("aria-activedescendant");
  picking.input.removeAttribute("aria-controls");
  picking = null;
  picker.hidden = true;
}

function choose(at) {
  const { input, list, unit } = picking;
  const item = list[at];
  closePicker();
  if (unit) input.value = columns[columnOf(input)].bonus ? item.points : `-${item.points}`;
  keep(input);
  save(input, item.code);
  move(input, 1, 0);
}

function pickerKey(event) {
  const { key } = event;
  if (key >= "1" && key <= "9" && key.length === 1) {
    if (Number(key) <= picking.list.length) choose(Number(key) - 1);
  } else if (key === "0") {
    const { input } = picking;
    closePicker();
    move(input, 1, 0);
  } else if (key === "ArrowDown" || key === "ArrowUp") point(picking.at + (key === "ArrowDown" ? 1 : -1));
  else if (key === "Enter") choose(picking.at);
  else if (key === "Escape") closePicker();
  else if (key === "Tab") {
    closePicker();
    return;
  } else if (key.length > 1) return;
  event.preventDefault();
}

picker.addEventListener("mousedown", (event) => {
  event.preventDefault(); // the focus stays in the cell
  const row = event.target.closest("[data-at]");
  if (row) choose(Number(row.dataset.at));
});

// ---- keys ----

function move(input, down, right) {
  let at = order.get(lineOf(input));
  let column = columnOf(input);
  for (;;) {
    at += down;
    column += right;
    if (at < 0 || at >= lines.length || column < 0 || column >= columns.length) return;
    const next = cellAt(lines[at], column);
    if (next) {
      next.focus();
      return;
    }
  }
}

// group moves to the first row of the next or previous village.
function group(input, step) {
  const here = lineOf(input).parentNode;
  let at = order.get(lineOf(input));
  while (lines[at] && lines[at].parentNode === here) at += step;
  if (!lines[at]) return;
  if (step < 0) while (lines[at - 1] && lines[at - 1].parentNode === lines[at].parentNode) at -= 1;
  const next = cellAt(lines[at], columnOf(input));
  if (next) next.focus();
  else move({ parentNode: lines[at].cells[columnOf(input) + 1] }, 1, 0);
}

function edge(input, right) {
  const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  return whole || (input.selectionStart === input.selectionEnd && input.selectionStart === (right ? input.value.length : 0));
}

const keys = {
  ArrowDown: (input, event) => (event.ctrlKey ? group(input, 1) : move(input, 1, 0)),
  ArrowUp: (input, event) => (event.ctrlKey ? group(input, -1) : move(input, -1, 0)),
  ArrowRight: (input) => (edge(input, true) ? move(input, 0, 1) : false),
  ArrowLeft: (input) => (edge(input, false) ? move(input, 0, -1) : false),
  Enter(input, event) {
    if (event.ctrlKey) return table.dispatchEvent(new CustomEvent("grid:detail", { detail: lineOf(input) }));
    if (event.shiftKey) return move(input, -1, 0);
    if (!dirty(input)) return move(input, 1, 0);
    const column = columnOf(input);
    const wanted = differs(input.value, column);
    save(input, "", true);
    if (wanted) return pick(input, false) || move(input, 1, 0);
    if (input.value === "" || !Number.isNaN(Number(input.value))) move(input, 1, 0);
    return true;
  },
  " ": (input) => (dirty(input) ? false : pick(input, !input.parentNode.classList.contains("lost"))),
  Escape(input) {
    undo(input);
    input.select();
  },
};

let used = ""; // a key that was an act here and must not also be typed into the cell where the act led

table.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!isCell(input) || event.isComposing || event.altKey || event.metaKey) return;
  used = "";
  const act = keys[event.key];
  if (picking) pickerKey(event);
  else if (act && act(input, event) !== false) event.preventDefault();
  if (event.defaultPrevented) used = event.key;
});

// Remote desktops and screen keyboards send the character on its own, although the key was taken.
table.addEventListener("keypress", (event) => {
  if (used && event.key === used) event.preventDefault();
  used = "";
});

table.addEventListener("focusin", (event) => { if (isCell(event.target)) event.target.select(); });

table.addEventListener("focusout", closePicker);
table.addEventListener("input", closePicker);

const help = document.querySelector("[data-grid-keys]");
if (help) help.hidden = false;

// ---- pasting a block ----

table.addEventListener("paste", (event) => {
  const input = event.target;
  const text = event.clipboardData.getData("text/plain").replace(/[\r\n]+$/, "");
  if (!isCell(input) || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  const form = document.getElementById("grid-paste");
  form.elements.row.value = lineOf(input).dataset.row;
  form.elements.dimension.value = columns[columnOf(input)].code;
  form.elements.text.value = text;
  settled(() => form.submit());
});

table.dataset.live = "yes";
