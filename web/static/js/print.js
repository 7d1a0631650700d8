// The print button of pages for paper. Without script it is hidden and the browser's own menu does the same.
document.documentElement.classList.add("js");
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
