// The roster editor: counters and empty days follow the choices before they are saved.
const roster = document.querySelector("[data-roster]");

function count() {
	const loads = new Map();
	for (const box of roster.querySelectorAll("input[type=radio]:checked")) {
		const day = box.closest("fieldset");
		day.classList.toggle("roster-empty", box.value === "");
		if (box.value !== "" && box.dataset.kind) {
			const load = loads.get(box.value) || [0, 0, 0];
			load[Number(box.dataset.kind)]++;
			loads.set(box.value, load);
		}
	}
	for (const name of roster.querySelectorAll("[data-person]")) {
		name.querySelector("small").textContent = (loads.get(name.dataset.person) || [0, 0, 0]).join("/");
	}
}

if (roster) {
	roster.addEventListener("change", count);
	roster.closest("form").addEventListener("reset", () => setTimeout(count)); // after the fields have gone back
}
