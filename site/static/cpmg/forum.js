// Keeps what somebody writes: on this device at once, on the server as a draft while they pause.
// Without this file the form has a button for it.

const PAUSE = 2500;

for (const form of document.querySelectorAll("form[data-kept]")) {
  const name = `forum:${form.dataset.kept}`;
  const { text } = form.elements;
  const told = form.querySelector(".saved");
  let timer, sent = text.value, running;

  const kept = remembered();
  if (kept && !text.value) {
    text.value = kept;
    told.textContent = told.dataset.keptHere;
  }

  function remembered() {
    try {
      return localStorage.getItem(name) ?? "";
    } catch {
      return "";
    }
  }

  function remember(value) {
    try {
      if (value) localStorage.setItem(name, value);
      else localStorage.removeItem(name);
      return true;
    } catch {
      return false; // storage is off, or full
    }
  }

  async function keep(keepalive = false) {
    clearTimeout(timer);
    if (running || text.value === sent) return;
    const value = text.value;
    const data = new FormData(form);
    data.delete("upload");
    data.set("action", "draft");
    running = true;
    try {
      const response = await fetch(form.getAttribute("action") ?? location.href, {
        method: "POST",
        body: data,
        headers: { "X-While-Typing": "1" },
        redirect: "error",
        keepalive,
      });
      const said = await response.text();
      if (response.headers.get("Content-Type")?.startsWith("text/plain")) {
        told.textContent = said;
        sent = value;
        if (response.ok && text.value === value) remember(""); // the server has it
      }
    } catch {
      told.textContent = told.dataset.keptHere; // no connection: it is on this device
    } finally {
      running = false;
      if (text.value !== value) timer = setTimeout(keep, PAUSE);
    }
  }

  form.addEventListener("input", () => {
    if (remember(text.value)) told.textContent = told.dataset.keptHere;
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep(true);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    sent = text.value;
    if (event.submitter?.value !== "preview") remember("");
  });
}
