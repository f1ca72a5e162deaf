// Run in the deck's print view, where all pages are laid out at once: leaves what it measured as the page's only text.
(function look() {
  const drawn = [...document.images].every((image) => image.complete);
  const ready = document.documentElement.classList.contains("deck-ready") && document.querySelector(".pdf-page");
  if (!drawn || !ready) return setTimeout(look, 100);

  const pages = [...document.querySelectorAll(".pdf-page section .page")].map((page) => {
    const box = page.getBoundingClientRect();
    const inside = [...page.querySelectorAll("*")].filter((element) => !element.closest("svg *"));
    const all = document.createRange();  // boxes of lines too: they may run out of the element that they belong to
    all.selectNodeContents(page);
    const edges = [...all.getClientRects()].filter((edge) => edge.width && edge.height);
    const worded = inside.filter((element) => !element.closest("sub, sup, mjx-container")
      && [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()));
    const refused = [...page.querySelectorAll("[data-mjx-error]")].map((element) => element.dataset.mjxError);
    const untouched = [...page.querySelectorAll(".math")].filter((element) => !element.querySelector("mjx-container"));
    return {
      cell: page.parentElement.dataset.cell,
      title: (page.querySelector("h1, h2, h3") || page).innerText.slice(0, 60),
      height: Math.max(...edges.map((edge) => edge.bottom)) - box.top,
      width: Math.max(...edges.map((edge) => edge.right)) - box.left,
      letters: Math.min(...worded.map((element) => parseFloat(getComputedStyle(element).fontSize))),
      formulas: [...refused, ...untouched.map((element) => element.innerText)],
    };
  });
  const measured = document.createElement("pre");
  measured.id = "measured";
  measured.textContent = JSON.stringify(pages);
  document.body.replaceChildren(measured);
})();
