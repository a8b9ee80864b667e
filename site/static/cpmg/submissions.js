// A step of a submission: saves while somebody types, and rearranges rows without a round trip.
// All of it works without this file.

const form = document.querySelector("#step");
const told = form.querySelector(".saved");
let timer, saving, changed = false;

function body() {
  const data = new FormData(form);
  for (const name of ["upload", "reference"]) data.delete(name);
  return data;
}

async function send(keepalive) {
  changed = false;
  try {
    const response = await fetch(form.getAttribute("action"), {
      method: "POST",
      body: body(),
      headers: { "X-While-Typing": "1" },
      redirect: "manual",
      keepalive,
    });
    if (response.status === 409) {
      told.textContent = form.dataset.changedElsewhere;
    } else if (response.ok) {
      const answer = await response.json();
      form.elements.seen.value = answer.seen;
      told.textContent = answer.message;
    } else {
      throw new Error(response.status);
    }
  } catch {
    changed = true;
    told.textContent = form.dataset.saveFailed;
    wait(15000);
  }
}

function save(keepalive = false) {
  clearTimeout(timer);
  saving ??= send(keepalive).finally(() => {
    saving = undefined;
    if (changed) wait();
  });
  return saving;
}

function wait(pause = 1500) {
  clearTimeout(timer);
  timer = setTimeout(save, pause);
}

function touched() {
  changed = true;
  wait();
}

form.addEventListener("input", (event) => {
  if (!["upload", "reference"].includes(event.target.name)) touched();
});

// A file that came in is kept at once.
const uploads = form.querySelector("[data-uploads]");
if (uploads) {
  new MutationObserver(() => {
    const count = uploads.querySelectorAll("[name=document]").length;
    if (count !== Number(uploads.dataset.count ?? 0)) touched();
    uploads.dataset.count = count;
  }).observe(uploads, { childList: true, subtree: true });
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && changed) save(true);
});

// What is on its way must arrive before the form itself does: it says which text was seen.
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  changed = false;
  if (!saving) return;
  event.preventDefault();
  const { submitter } = event;
  saving.finally(() => {
    changed = false;
    form.requestSubmit(submitter);
  });
});

// Rows -------------------------------------------------------------------------------------

for (const list of form.querySelectorAll("[data-rows]")) {
  const name = list.dataset.rows;

  function number() {
    [...list.children].forEach((row, index) => {
      const parts = [
        [".parts [id]", "id"],
        ["[name^='" + name + "-']", "name"],
        ["label", "for"],
        ["button", "value"],
      ];
      for (const [where, attribute] of parts) {
        for (const part of row.querySelectorAll(where)) {
          part.setAttribute(attribute, part.getAttribute(attribute).replace(/-\d+/, `-${index}`));
        }
      }
      for (const shown of row.querySelectorAll(".row-tools .vh")) shown.textContent = ` ${index + 1}`;
    });
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=row]");
    if (!button || !button.closest("fieldset").contains(list)) return;
    event.preventDefault();
    const row = button.closest("li");
    const what = button.value.replace(/-\d+$/, "");
    let goTo = row?.querySelector("input");
    if (what === "add" || (what === "remove" && list.children.length === 1)) {
      const fresh = list.lastElementChild.cloneNode(true);
      for (const input of fresh.querySelectorAll("input")) input.value = "";
      fresh.querySelector("select").selectedIndex = 0;
      list.append(fresh);
      goTo = fresh.querySelector("input");
    }
    if (what === "remove") {
      goTo = (row.nextElementSibling ?? row.previousElementSibling).querySelector("input");
      row.remove();
    } else if (what === "up") {
      row.previousElementSibling?.before(row);
      goTo = button;
    } else if (what === "down") {
      row.nextElementSibling?.after(row);
      goTo = button;
    }
    number();
    goTo.focus();
    touched();
  });
}
