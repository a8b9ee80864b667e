// Suggests titles, subjects and people while words are typed: a combobox after the WAI-ARIA
// authoring practices. Without this script the field is a field, and the form works.

for (const input of document.querySelectorAll("input[data-suggest]")) combobox(input);

function combobox(input) {
  const WAIT = 120;
  const list = document.createElement("ul");
  const status = document.createElement("p");
  const answers = new Map();
  let timer, request, options = [], active = -1;

  list.id = `${input.id}-suggestions`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.suggestLabel);
  status.className = "vh";
  status.setAttribute("role", "status");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.autocomplete = "off";
  input.after(list, status);

  async function look() {
    const words = input.value.trim();
    request?.abort();
    if (words.length < 2) return close();
    if (!answers.has(words)) {
      request = new AbortController();
      try {
        const address = new URL(input.dataset.suggest, location.href);
        address.searchParams.set("q", words);
        const response = await fetch(address, { signal: request.signal });
        if (!response.ok) return close();
        answers.set(words, (await response.json()).suggestions);
      } catch {
        return; // overtaken by another letter, or no network: the form still works
      }
    }
    if (words === input.value.trim() && document.activeElement === input) show(answers.get(words));
  }

  function show(found) {
    options = found;
    active = -1;
    list.replaceChildren(...found.map(option));
    input.removeAttribute("aria-activedescendant");
    status.textContent = found.length ? `${found.length} ${input.dataset.suggestLabel}` : "";
    expand(found.length > 0);
  }

  function option(suggestion, number) {
    const item = document.createElement("li");
    const text = document.createElement("span");
    const kind = document.createElement("span");
    item.id = `${list.id}-${number}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    text.textContent = suggestion.text;
    if (suggestion.lang) text.lang = suggestion.lang;
    kind.className = "kind";
    kind.textContent = input.dataset[`${suggestion.kind}Label`] ?? "";
    item.append(text, " ", kind);
    item.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the focus
    item.addEventListener("click", () => go(number));
    return item;
  }

  function choose(number) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = number;
    const item = list.children[active];
    if (!item) return input.removeAttribute("aria-activedescendant");
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", item.id);
  }

  function go(number) {
    close();
    location.assign(options[number].address);
  }

  function expand(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
  }

  function close() {
    clearTimeout(timer);
    expand(false);
    choose(-1);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const open = !list.hidden;
    const last = options.length - 1;
    if (event.isComposing) return;
    if (event.key === "Escape" && open) close();
    else if (event.key === "ArrowDown" && open) choose(active < last ? active + 1 : -1);
    else if (event.key === "ArrowDown") look();
    else if (event.key === "ArrowUp" && open) choose(active < 0 ? last : active - 1);
    else if (event.key === "Enter" && open && active >= 0) go(active);
    else return;
    event.preventDefault();
  });
}
