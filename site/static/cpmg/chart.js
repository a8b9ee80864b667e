// Loaded when a reader asks to explore a chart: shows the value nearest to the pointer, or the one
// that the arrow keys have reached. The chart is the one that is shown, taken into the page.

export async function explore(button) {
  const figure = button.closest("[data-chart]");
  const image = figure.querySelector("img");
  const answer = await fetch(image.currentSrc || image.src);
  if (!answer.ok) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  const chart = document.adoptNode(drawn.documentElement);
  const marks = [...chart.querySelectorAll('.role-mark [role="graphics-symbol"][aria-label]')];
  if (!marks.length) return;

  const reading = document.createElement("output");
  reading.className = "reading";
  chart.setAttribute("role", "group");
  chart.setAttribute("class", "explored");
  image.closest("picture").replaceWith(chart, reading);
  button.remove();

  // Vega names them in English; they are text.
  for (const words of chart.querySelectorAll(".role-title [aria-label]")) {
    words.removeAttribute("aria-label");
  }

  let current = 0;
  const show = (mark, focus) => {
    marks[current].removeAttribute("data-shown");
    marks[current].setAttribute("tabindex", "-1");
    current = marks.indexOf(mark);
    mark.setAttribute("data-shown", "");
    mark.setAttribute("tabindex", "0");
    reading.textContent = mark.getAttribute("aria-label");
    if (focus) mark.focus();
  };
  for (const mark of marks) {
    mark.setAttribute("tabindex", "-1");
    mark.setAttribute("role", "img");
    mark.addEventListener("focus", () => show(mark));
  }

  const distance = (mark, event) => {
    const box = mark.getBoundingClientRect();
    const across = Math.max(box.left - event.clientX, 0, event.clientX - box.right);
    const down = Math.max(box.top - event.clientY, 0, event.clientY - box.bottom);
    return Math.hypot(across, down);
  };
  chart.addEventListener("pointermove", (event) => {
    const far = marks.map((mark) => distance(mark, event));
    const nearest = marks[far.indexOf(Math.min(...far))];
    if (nearest !== marks[current] || !reading.textContent) show(nearest);
  });
  chart.addEventListener("keydown", (event) => {
    const last = marks.length - 1;
    const next = { ArrowRight: current + 1, ArrowDown: current + 1, ArrowLeft: current - 1,
      ArrowUp: current - 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    show(marks[Math.min(Math.max(next, 0), last)], true);
  });
  show(marks[0], true);
}
