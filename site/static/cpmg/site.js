// Adds comfort to what works without it.

// Empty fields of a filter stay out of the address.
for (const form of document.querySelectorAll("form[data-tidy]")) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  });
}

// Beside the list the filters stand open; above it, on a narrow screen, they wait folded.
const wide = matchMedia("(min-width: 56rem)");
for (const fold of document.querySelectorAll("[data-open-when-wide]")) {
  if (wide.matches) fold.open = true;
}

// The name of a country and its shape on the map show together.
for (const type of ["pointerover", "pointerout", "focusin", "focusout"]) {
  document.addEventListener(type, (event) => {
    const link = event.target.closest?.("a[data-code]");
    if (!link) return;
    for (const twin of document.querySelectorAll(`a[data-code="${link.dataset.code}"]`)) {
      twin.classList.toggle("shown", type === "pointerover" || type === "focusin");
    }
  });
}

// Coming back by the browser's history finds the fields usable again.
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[data-tidy] :disabled")) field.disabled = false;
});

// A chart becomes one to explore when a reader asks for it; until then its script is not loaded.
for (const button of document.querySelectorAll("button[data-explore]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    (await import(button.dataset.explore)).explore(button);
  });
}

// An event in the reader's own time, unless the address chose a zone.
for (const place of document.querySelectorAll("[data-local-time][hidden]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const language = document.documentElement.lang;
  const written = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
  const begin = new Date(place.dataset.localTime);
  const end = place.dataset.localEnd && new Date(place.dataset.localEnd);
  const small = document.createElement("small");
  small.textContent = zone;
  place.querySelector("dd").replaceChildren(end ? written.formatRange(begin, end) : written.format(begin), small);
  place.hidden = false;
}
