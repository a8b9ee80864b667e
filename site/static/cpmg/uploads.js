// Sends chosen files at once and in pieces, by the tus protocol, so that an upload goes on where a
// cut connection, or a closed window, left it. Without this script the form sends its files itself.
//
// <div data-uploads="address" data-input="id of the file field" data-field="name of the hidden
// field for a finished file" data-largest="bytes" data-text-...></div> inside the form.

const VERSION = "1.0.0";
const PIECE = 2 * 1024 * 1024;
const TRIES = 8;

class Upload {
  constructor(uploads, file) {
    this.uploads = uploads;
    this.file = file;
    this.memory = `upload:${file.name}:${file.size}:${file.lastModified}`;
    this.address = remembered(this.memory);
    this.offset = 0;
    this.state = "running";
    this.show();
    this.run();
  }

  // What people see ----------------------------------------------------------------------

  show() {
    const { texts } = this.uploads;
    this.row = make("li");
    this.name = make("b", this.file.name);
    this.bar = make("progress");
    this.bar.max = Math.max(this.file.size, 1);
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", this.file.name);
    this.said = make("span", texts.waiting);
    this.button = make("button", texts.cancel);
    this.button.type = "button";
    this.button.append(make("span", ` ${this.file.name}`, "vh"));
    this.button.addEventListener("click", () => this.cancel());
    this.row.append(this.name, this.bar, this.said, this.button);
    this.uploads.list.append(this.row);
    this.uploads.announce(`${this.file.name}: ${texts.waiting}`);
  }

  progress(sent) {
    this.bar.value = sent;
    const percent = Math.floor((100 * sent) / this.bar.max);
    this.said.textContent = `${this.uploads.texts.running} ${percent} %`;
    const quarter = Math.floor(percent / 25);
    if (quarter > (this.quarter ?? 0) && percent < 100) {
      this.quarter = quarter;
      this.say(this.said.textContent);
    }
  }

  say(text) {
    this.said.textContent = text;
    this.uploads.announce(`${this.file.name}: ${text}`);
  }

  end(state, text) {
    this.state = state;
    forget(this.memory);
    this.say(text);
    this.bar.remove();
    if (state === "failed") this.row.classList.add("error");
    this.uploads.settled();
  }

  // What is sent -------------------------------------------------------------------------

  async run() {
    if (this.file.size > this.uploads.largest) {
      return this.end("failed", this.uploads.texts.large);
    }
    for (let tries = 0; this.state === "running"; ) {
      try {
        const before = this.offset;
        await this.step();
        if (this.offset > before) tries = 0;
      } catch (error) {
        if (this.state !== "running") return;
        if (error instanceof Refusal) return this.end("failed", error.message);
        this.known = false;
        tries += 1;
        if (tries > TRIES) return this.end("failed", this.uploads.texts.failed);
        this.say(this.uploads.texts.again);
        await pause(Math.min(1000 * 2 ** (tries - 1), 30000));
      }
    }
  }

  async step() {
    if (!this.address) {
      const metadata = `filename ${base64(this.file.name)}`;
      const answer = await this.send("POST", this.uploads.address, {
        "Upload-Length": this.file.size,
        "Upload-Metadata": metadata,
      });
      this.address = answer.getResponseHeader("Location");
      this.known = true;
      remember(this.memory, this.address);
    }
    if (!this.known) await this.ask();
    if (!this.address || this.state !== "running") return;
    const piece = this.file.slice(this.offset, this.offset + PIECE);
    const answer = await this.send(
      "PATCH",
      this.address,
      { "Upload-Offset": this.offset, "Content-Type": "application/offset+octet-stream" },
      piece,
    );
    this.take(answer);
  }

  // Where the server is; an upload that it does not know any more begins anew.
  async ask() {
    try {
      this.take(await this.send("HEAD", this.address, {}));
      this.known = true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      forget(this.memory);
      this.address = null;
      this.offset = 0;
    }
  }

  take(answer) {
    this.offset = Number(answer.getResponseHeader("Upload-Offset"));
    this.progress(this.offset);
    const document_ = answer.getResponseHeader("Upload-Document");
    if (!document_) return;
    const field = make("input");
    field.type = "hidden";
    field.name = this.uploads.field;
    field.value = document_;
    this.row.append(field);
    this.button.remove();
    this.end("done", this.uploads.texts.done);
  }

  send(method, address, headers, body = null) {
    return new Promise((resolve, reject) => {
      const request = (this.request = new XMLHttpRequest());
      request.open(method, address);
      headers = {
        "Tus-Resumable": VERSION,
        "X-CSRFToken": this.uploads.token,
        "Accept-Language": document.documentElement.lang,
        ...headers,
      };
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      if (body) {
        request.upload.addEventListener("progress", (event) => {
          if (this.state === "running") this.progress(this.offset + event.loaded);
        });
      }
      request.addEventListener("load", () => {
        const { status } = request;
        if (status >= 200 && status < 300) return resolve(request);
        // Another place in the file, or a server that is not well: ask, and go on.
        if (status === 409 || status >= 500) return reject(new Error(String(status)));
        const plain = (request.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
        reject(new Refusal((plain && request.responseText) || this.uploads.texts.failed));
      });
      for (const event of ["error", "abort", "timeout"]) {
        request.addEventListener(event, () => reject(new Error(event)));
      }
      request.send(body);
    });
  }

  cancel() {
    const { address, state } = this;
    this.state = "cancelled";
    this.request?.abort();
    forget(this.memory);
    if (address && state === "running") this.send("DELETE", address, {}).catch(() => {});
    this.uploads.announce(`${this.file.name}: ${this.uploads.texts.cancelled}`);
    this.uploads.remove(this);
  }
}

// An answer that trying again won't change; its message is for people.
class Refusal extends Error {}

class Uploads {
  constructor(place) {
    this.form = place.closest("form");
    this.input = document.getElementById(place.dataset.input);
    this.address = place.dataset.uploads;
    this.field = place.dataset.field;
    this.largest = Number(place.dataset.largest) || Infinity;
    this.token = this.form.elements.csrfmiddlewaretoken?.value ?? "";
    this.texts = {};
    for (const [name, text] of Object.entries(place.dataset)) {
      if (name.startsWith("text")) this.texts[name.slice(4).toLowerCase()] = text;
    }
    this.all = [];
    this.list = make("ul", "", "uploads");
    this.live = make("p", "", "vh");
    this.live.setAttribute("aria-live", "polite");
    place.append(this.list, this.live);
    this.input.addEventListener("change", () => this.add([...this.input.files]));
    this.form.addEventListener("submit", (event) => this.hold(event));
    addEventListener("beforeunload", (event) => {
      if (this.running) event.preventDefault();
    });
    // On a slow link people choose before the script has come.
    if (this.input.files.length) this.add([...this.input.files]);
  }

  get running() {
    return this.all.some((upload) => upload.state === "running");
  }

  add(files) {
    this.input.value = ""; // the form must not send them once more
    for (const file of files) this.all.push(new Upload(this, file));
  }

  remove(upload) {
    this.all = this.all.filter((other) => other !== upload);
    upload.row.remove();
    this.input.focus();
    this.settled();
  }

  announce(text) {
    this.live.textContent = text;
  }

  // A form that is sent too early goes off when the last file has come.
  hold(event) {
    if (!this.running) return;
    event.preventDefault();
    this.held = { submitter: event.submitter };
    this.announce(this.texts.hold);
  }

  settled() {
    if (!this.held || this.running) return;
    const { submitter } = this.held;
    this.held = null;
    if (!this.all.some((upload) => upload.state === "failed")) this.form.requestSubmit(submitter);
  }
}

function make(tag, text = "", classes = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (classes) element.className = classes;
  return element;
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    addEventListener("online", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

// Storage may be closed to us; then an upload lives as long as its page.
function remembered(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

function remember(key, value) {
  try { localStorage.setItem(key, value); } catch { /* as above */ }
}

function forget(key) {
  try { localStorage.removeItem(key); } catch { /* as above */ }
}

for (const place of document.querySelectorAll("[data-uploads]")) new Uploads(place);
