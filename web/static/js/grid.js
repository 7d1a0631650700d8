// The score grid: cells that save themselves and numbers that survive a crash. The page is a plain form without it.
// Everything listens on the table, so that a thousand cells cost no more than one, and nothing reads the layout while keys
// are pressed. grid-keys.js adds keys, the short list of items and pasting; grid-detail.js the detail below a row. They
// reach this file by window.scoreGrid, since addresses that change with the content cannot be imported. For Chromium 86.

const table = document.querySelector("table[data-grid]");
const { mode, grant, account } = table.dataset;
const lines = Array.from(table.querySelectorAll("tr[data-row]"));
const order = new Map(lines.map((line, i) => [line, i]));
const columns = Array.from(table.querySelectorAll("thead th[data-dimension]"), (th) => ({
  code: th.dataset.dimension,
  title: th.firstChild.textContent.trim(),
  max: hundredths(th.dataset.max),
  bonus: th.dataset.kind === "bonus",
}));
const say = document.querySelector("[data-grid-say]");

// ---- where things are ----

const isCell = (el) => el instanceof HTMLInputElement && el.name.startsWith("v.");
const lineOf = (input) => input.parentNode.parentNode;
const columnOf = (input) => input.parentNode.cellIndex - 1;
const dirty = (input) => input.value !== input.defaultValue;

function cellAt(line, column) {
  const td = line.cells[column + 1];
  const input = td && td.firstElementChild;
  return input && isCell(input) ? input : null;
}

function part(line, selector) {
  return line.lastElementChild.querySelector(selector);
}

function wasOf(line) {
  return line.lastElementChild.querySelector("input[name^='was.']");
}

const valueOf = (line, column) => wasOf(line).value.split(",")[column];

function setValue(line, column, value) {
  const field = wasOf(line);
  const list = field.value.split(",");
  list[column] = value;
  field.value = list.join(",");
}

// ---- numbers ----

function hundredths(text) {
  return Math.round(Number(text) * 100);
}

function full(column) {
  return columns[column].bonus ? 0 : columns[column].max;
}

// shown writes a value as the server draws it.
function shown(value, column) {
  const v = hundredths(value);
  if (v === full(column) && (columns[column].bonus || mode === "deduct")) return "";
  if (!columns[column].bonus && mode === "deduct") return String((v - columns[column].max) / 100);
  return String(v / 100);
}

// ---- numbers typed and not yet saved: row code and number only, for seven days ----

const prefix = "touyan.cell.";
const week = 7 * 24 * 3600 * 1000;
const draftKey = (input) => `${prefix}${account}.${lineOf(input).dataset.row}.${columns[columnOf(input)].code}`;

function keep(input) {
  try {
    if (dirty(input)) localStorage.setItem(draftKey(input), `${Date.now()}|${mode}|${input.value}`);
    else localStorage.removeItem(draftKey(input));
  } catch (full) {
    // private windows and full disks have no store; the number still stands in the cell
  }
}

function drafts() {
  const found = [];
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(prefix)) continue;
      const [at, how, ...text] = localStorage.getItem(key).split("|");
      const [owner, row, code] = key.slice(prefix.length).split(".");
      if (Date.now() - Number(at) > week) {
        localStorage.removeItem(key);
        continue;
      }
      const line = owner === account && document.getElementById(`r${row}`);
      const column = columns.findIndex((c) => c.code === code);
      const input = line && column >= 0 ? cellAt(line, column) : null;
      if (!input) continue;
      if (how === mode && text.join("|") === input.defaultValue) localStorage.removeItem(key);
      else found.push({ key, input, how, text: text.join("|") });
    }
  } catch (none) {
    return [];
  }
  return found;
}

// ---- saving ----

const waiting = new Map(); // input → what to send
const running = new Map(); // line → what is being sent
const refused = new Map(); // input → the text that was refused and why
let held = ""; // why nothing is sent at the moment

// save sends a cell that was changed. A refused text is sent again only if somebody asks for it (Enter), since that may
// replace what another account wrote meanwhile.
function save(input, item, again) {
  if (!dirty(input) && !item) return;
  const job = { input, text: input.value, how: mode, item: item || "" };
  const sent = running.get(lineOf(input));
  const before = waiting.get(input) || (sent && sent.input === input ? sent : null);
  if (!item && before && before.text === job.text) return;
  if (!item && !again && refused.has(input) && refused.get(input).text === job.text) return;
  waiting.set(input, job);
  refused.delete(input);
  mark(input, "saving");
  setTimeout(pump); // the key is answered first
}

function pump() {
  if (!held) {
    for (const [input, job] of Array.from(waiting)) {
      const line = lineOf(input);
      if (running.size >= 4) break;
      if (running.has(line)) continue; // totals of a row come back in order
      waiting.delete(input);
      running.set(line, job);
      send(input, job).finally(() => {
        running.delete(line);
        pump();
      });
    }
  }
  report();
}

async function send(input, job) {
  const line = lineOf(input);
  const column = columnOf(input);
  const body = new URLSearchParams({
    _grant: grant, dimension: columns[column].code, text: job.text, mode: job.how, was: valueOf(line, column), item: job.item,
  });
  let res;
  let answer = null;
  try {
    res = await fetch(`/assessment/rows/${line.dataset.row}/cells`, { method: "POST", body, headers: { Accept: "application/json" } });
    if ((res.headers.get("Content-Type") || "").includes("json")) answer = await res.json();
  } catch (away) {
    hold(input, job, "没有连上服务器");
    return;
  }
  if (res.status === 401) hold(input, job, "登录已超时");
  else if (res.status === 502 || res.status === 503 || res.status === 504) hold(input, job, "服务器暂时无法保存");
  else if (res.ok && answer) saved(input, job, answer);
  else refuse(input, answer || { sentence: sentenceOf(res.status) });
}

function sentenceOf(status) {
  if (status === 403) return "没有权限,未保存";
  if (status === 404) return "考评表中已没有这名人员,请刷新页面";
  if (status === 409) return "当前登录的身份与打开本页时不同,请切换身份后刷新页面";
  return "服务器没有处理成功,未保存";
}

function saved(input, job, answer) {
  const line = lineOf(input);
  const column = columnOf(input);
  const untouched = input.value === job.text;
  const typed = input.value;
  setValue(line, column, answer.value);
  input.defaultValue = shown(answer.value, column);
  input.value = untouched ? input.defaultValue : typed;
  if (untouched && document.activeElement === input) input.select();
  input.parentNode.classList.toggle("lost", answer.lost);
  line.cells[columns.length + 1].textContent = answer.total;
  part(line, "[data-open]").textContent = answer.open;
  part(line, "[data-entries]").textContent = answer.entries;
  keep(input);
  mark(input, dirty(input) ? "" : "saved");
  table.dispatchEvent(new CustomEvent("grid:saved", { detail: line }));
}

function refuse(input, answer) {
  if (answer.theirs) setValue(lineOf(input), columnOf(input), answer.theirs); // having seen it, the next save may replace it
  refused.set(input, { text: input.value, sentence: answer.sentence });
  mark(input, "bad");
}

// hold stops sending until there is reason to try again; the number stays in its cell and in the store.
function hold(input, job, why) {
  if (!waiting.has(input)) waiting.set(input, job);
  mark(input, "bad");
  held = why;
  report();
}

function retry() {
  if (!held) return;
  held = "";
  for (const input of waiting.keys()) mark(input, "saving");
  pump();
}

window.addEventListener("online", retry);
window.addEventListener("focus", retry);
setInterval(() => { if (held !== "登录已超时") retry(); }, 15000);

window.addEventListener("beforeunload", (event) => {
  if (waiting.size + running.size === 0) return;
  event.preventDefault();
  event.returnValue = "";
});

// ---- what is said ----

const words = { saving: "保存中", saved: "已保存" };

function mark(input, state) {
  const td = input.parentNode;
  const line = td.parentNode;
  td.classList.remove("saving", "saved", "bad");
  if (state) td.classList.add(state);
  if (state === "bad") {
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", line.lastElementChild.id);
  } else {
    input.removeAttribute("aria-invalid");
  }
  const bad = [];
  for (const [other, why] of refused) {
    if (lineOf(other) === line) bad.push(`未通过 ${columns[columnOf(other)].title}:${why.sentence}`);
  }
  if (state === "bad" && !refused.has(input)) bad.push("未保存");
  const said = part(line, "[data-said]");
  said.textContent = bad.length ? bad.join(";") : words[state] || "";
  said.className = bad.length ? "bad" : "";
}

function report() {
  const open = waiting.size + running.size;
  say.classList.toggle("bad", Boolean(held) || refused.size > 0);
  if (held) {
    const words = document.createElement("span");
    words.textContent = `${held},${open}格未保存,填写的数已留在本机。`;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button button-small";
    again.textContent = "重试";
    again.addEventListener("click", retry);
    say.replaceChildren(words, ...(held === "登录已超时" ? [loginLink()] : []), again);
  } else if (open) {
    say.textContent = `保存中 ${open} 格`;
  } else if (refused.size) {
    say.textContent = `${refused.size}格未通过`;
  } else {
    say.textContent = `已保存 ${new Date().toTimeString().slice(0, 5)}`;
  }
}

function loginLink() {
  const a = document.createElement("a");
  a.href = "/login";
  a.target = "_blank";
  a.rel = "noopener";
  a.textContent = "在新窗口登录";
  return a;
}

// ---- beginning ----

// A cell that the server drew again with what was typed and refused counts as typed.
for (const input of table.querySelectorAll("td.bad > input[name^='v.']")) {
  const typed = input.value;
  input.defaultValue = shown(valueOf(lineOf(input), columnOf(input)), columnOf(input));
  input.value = typed;
}
const plain = document.querySelector("[data-grid-plain]");
if (plain) plain.hidden = true;
document.getElementById("grid-form").addEventListener("submit", (event) => event.preventDefault());

table.addEventListener("focusout", (event) => { if (isCell(event.target)) save(event.target); });
table.addEventListener("input", (event) => { if (isCell(event.target)) keep(event.target); });

// give takes a number up again that an earlier visit left unsaved.
function give({ input, text, how }) {
  input.value = text;
  waiting.set(input, { input, text, how, item: "" });
  mark(input, "saving");
  pump();
}

// undo puts a cell back to what is stored.
function undo(input) {
  waiting.delete(input);
  refused.delete(input);
  input.value = input.defaultValue;
  keep(input);
  mark(input, "");
  report();
}

// settled waits until nothing is being saved.
function settled(then) {
  if (waiting.size + running.size === 0) then();
  else setTimeout(() => settled(then), 50);
}

window.scoreGrid = {
  table, mode, lines, order, columns, isCell, lineOf, columnOf, dirty, cellAt, part, wasOf, hundredths, full, shown,
  keep, drafts, save, give, undo, settled,
};
