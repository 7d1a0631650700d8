// Copies what a field holds. Without script the button is hidden and the field is selected by hand.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.focus();
  field.select();
  let done = false;
  try {
    await navigator.clipboard.writeText(field.value);
    done = true;
  } catch {
    done = document.execCommand("copy"); // a page without https has no clipboard of its own
  }
  if (done) button.textContent = button.dataset.done;
});
