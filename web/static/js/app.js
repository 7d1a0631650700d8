// What every page of a logged-in user gets: small comforts over pages that work without them. All of it listens on the
// document, so that parts swapped in later need no wiring. Written for Chromium 86.

document.documentElement.classList.add("js");

// ---- rows that can be selected: [data-select-all=group], [data-select=group], [data-select-count=group] with [data-unit] ----

const inGroup = (kind, group) => Array.from(document.querySelectorAll(`[${kind}="${CSS.escape(group)}"]`));

function count(group) {
  const boxes = inGroup("data-select", group).filter((box) => !box.disabled);
  const chosen = boxes.filter((box) => box.checked).length;
  for (const all of inGroup("data-select-all", group)) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  for (const place of inGroup("data-select-count", group)) place.textContent = `已选 ${chosen} ${place.dataset.unit || "行"}`;
  for (const box of boxes) {
    const row = box.closest("tr");
    if (row) row.classList.toggle("row-picked", box.checked);
  }
}

function countAll() {
  const groups = new Set(Array.from(document.querySelectorAll("[data-select]"), (box) => box.dataset.select));
  groups.forEach(count);
}

let lastBox = null;

document.addEventListener("click", (event) => {
  const box = event.target.closest("input[data-select]");
  if (!box) return;
  // Shift selects everything between two boxes, as in a spreadsheet.
  if (event.shiftKey && lastBox && lastBox.dataset.select === box.dataset.select) {
    const boxes = inGroup("data-select", box.dataset.select);
    const [a, b] = [boxes.indexOf(lastBox), boxes.indexOf(box)];
    if (a >= 0) {
      for (const between of boxes.slice(Math.min(a, b), Math.max(a, b) + 1)) {
        if (!between.disabled) between.checked = box.checked;
      }
    }
  }
  lastBox = box;
  count(box.dataset.select);
});

document.addEventListener("change", (event) => {
  const all = event.target.closest("input[data-select-all]");
  if (!all) return;
  for (const box of inGroup("data-select", all.dataset.selectAll)) {
    if (!box.disabled) box.checked = all.checked;
  }
  count(all.dataset.selectAll);
});

window.addEventListener("pageshow", countAll);

// ---- printing ----

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// ---- a form is sent once, however often the button is pressed ----

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [hx-put]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.classList.add("busy");
  // A download leaves the page where it is: after a while the form may be sent again.
  setTimeout(() => release(form), 4000);
});

function release(form) {
  delete form.dataset.sent;
  form.classList.remove("busy");
}

window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

// ---- requests of htmx: say what happens, keep what was typed, keep the place ----

function say(from, text, kind) {
  for (const place of document.querySelectorAll("[data-save-state]")) {
    const area = document.getElementById(place.dataset.saveState);
    if (!area || !area.contains(from)) continue;
    place.textContent = text;
    place.className = kind ? `save-state save-state-${kind}` : "save-state";
  }
}

function trouble(text) {
  const place = document.getElementById("trouble");
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
}

const clock = () => new Date().toTimeString().slice(0, 5);

document.addEventListener("htmx:beforeRequest", (event) => {
  say(event.detail.elt, "保存中…", "");
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr, successful } = event.detail;
  if (successful) {
    say(elt, `已保存 ${clock()}`, "good");
    trouble("");
    return;
  }
  say(elt, "未保存", "bad");
  const status = xhr ? xhr.status : 0;
  if (status === 409 || status === 422) trouble("");
  else if (status === 401) trouble("登录已过期。填写的内容还在本页:请在新窗口登录后,再回到这里保存。");
  else if (status === 403) trouble("没有权限,未保存。");
  else if (status === 0 || status === 503) trouble("没有连上服务器。填写的内容还在本页,请稍后再保存。");
  else trouble("服务器没有处理成功,未保存。填写的内容还在本页,请稍后再试。");
});

// htmx keeps the focus on elements with an id; cells of a grid are found again by form and name.
let place = null;

document.addEventListener("htmx:beforeSwap", () => {
  const now = document.activeElement;
  place = null;
  if (!now || !now.name || now.id) return;
  const same = Array.from(document.getElementsByName(now.name));
  const caret = typeof now.selectionStart === "number" ? now.selectionStart : null;
  place = { name: now.name, nth: same.indexOf(now), caret };
});

document.addEventListener("htmx:afterSettle", () => {
  countAll();
  if (!place) return;
  const again = document.getElementsByName(place.name)[place.nth];
  if (again && document.activeElement === document.body) {
    again.focus({ preventScroll: true });
    if (place.caret !== null && again.setSelectionRange && again.type === "text") {
      again.setSelectionRange(place.caret, place.caret);
    }
  }
  place = null;
});

// ---- after a refused form the list of what to mend is where the work goes on ----

const problems = document.querySelector("[data-problems]");
if (problems) problems.focus();
