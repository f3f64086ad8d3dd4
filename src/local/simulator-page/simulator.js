/** A customer's phone on a page: one socket, and the lines that come over it. Nothing here is ever put in as HTML. */

const STORED_AS = "kivuko.simulator";
/** Pauses before the socket is opened again, in ms; the last one for all that follow. */
const RECONNECT_MS = [500, 1_000, 2_000, 5_000, 10_000];
/** What stands under the name while nothing happens. */
const IDLE = "online";
/** Notices a connection that has died without a word. */
const PING_MS = 30_000;
/** The server's close code for a socket that is too old: a new ticket mends it. */
const UNAUTHENTICATED = 4401;
const ADDRESS = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

const byId = (id) => document.getElementById(id);
const [signIn, chat, log, typing, status, text] = ["sign-in", "chat", "log", "typing", "status", "text"].map(
  byId,
);
const scroller = log.parentElement;
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });

/** What was entered, or null while nobody is in. */
let account = null;
let socket = null;
let failures = 0;
let reconnecting = 0;
/** Our messages by their ids, until the server has them: they are sent again when the socket was lost. */
const unsent = new Map();
/** The lines that are shown, by what tells them apart. */
const shown = new Map();
/** The day of the last line, as it is shown above the first one of each day. */
let day = "";

// --- Signing in

byId("sign-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  button.disabled = true;
  byId("sign-in-error").textContent = "";
  await enter(readForm(), true);
  button.disabled = false;
});

byId("token").addEventListener("change", offerInstances);

function readForm() {
  return {
    token: byId("token").value.trim(),
    instance: byId("instance").value.trim(),
    phone: byId("phone").value.trim(),
  };
}

/** With an API token that may list them, the simulators are offered by name. A gateway key may not. */
async function offerInstances() {
  const { data = [] } = (await ask("GET", "/v1/instances?limit=100", readForm().token)).body;
  const simulators = data.filter(({ channel }) => channel === "simulator");
  byId("instances").replaceChildren(
    ...simulators.map(({ id, name }) => create("option", { value: id, textContent: name })),
  );
  if (simulators.length === 1 && byId("instance").value === "") {
    byId("instance").value = simulators[0].id;
  }
}

/** Opens the phone; what the server has against it is shown at the form. */
async function enter(entered, isFocused) {
  account = entered;
  if (await connect()) {
    sessionStorage.setItem(STORED_AS, JSON.stringify(entered));
    signIn.hidden = true;
    chat.hidden = false;
    byId("name").textContent = await nameOf(entered);
    document.title = `${byId("name").textContent} · Kivuko`;
    if (isFocused) {
      text.focus();
    }
  }
}

async function nameOf({ instance, token }) {
  const { body } = await ask("GET", `/v1/instances/${encodeURIComponent(instance)}`, token);
  return body.name ?? "Kivuko";
}

byId("leave").addEventListener("click", () => leave(""));

function leave(problem) {
  account = null;
  clearTimeout(reconnecting);
  socket?.close(1000);
  sessionStorage.removeItem(STORED_AS);
  unsent.clear();
  shown.clear();
  day = "";
  log.replaceChildren();
  chat.hidden = true;
  signIn.hidden = false;
  byId("token").value = "";
  byId("sign-in-error").textContent = problem;
  byId("token").focus();
}

/** Calls the API; a failure to reach it has the status 0. */
async function ask(method, path, token, body) {
  try {
    const response = await fetch(path, {
      method,
      credentials: "omit",
      headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  } catch {
    return { status: 0, body: {} };
  }
}

// --- The socket

/** Asks for a ticket and opens a socket with it. Returns whether the ticket was given. */
async function connect() {
  const { token, instance, phone } = account;
  const path = `/v1/instances/${encodeURIComponent(instance)}/simulator/tickets`;
  const { status: answered, body } = await ask("POST", path, token, { phone });
  if (account === null) {
    return false;
  }
  if (answered !== 201) {
    const problem = answered === 0 ? "The platform cannot be reached." : explain(body);
    if (chat.hidden) {
      byId("sign-in-error").textContent = problem;
    } else if (answered >= 400 && answered < 500 && answered !== 429) {
      leave(problem);
    } else {
      tryAgain();
    }
    return false;
  }
  open(body);
  return true;
}

function explain({ detail = "That did not work.", hint, issues = [] }) {
  return [detail, issues[0]?.message, hint].filter(Boolean).join(" ");
}

function open({ url, protocols }) {
  const opened = new WebSocket(url, protocols);
  socket = opened;
  say("connecting…");
  let ping;
  opened.addEventListener("open", () => {
    failures = 0;
    say(IDLE);
    ping = setInterval(() => opened.send("ping"), PING_MS);
    for (const frame of unsent.values()) {
      opened.send(JSON.stringify(frame));
    }
  });
  opened.addEventListener("message", ({ data }) => {
    if (data !== "pong") {
      receive(JSON.parse(data));
    }
  });
  opened.addEventListener("close", ({ code }) => {
    clearInterval(ping);
    if (opened === socket && account !== null) {
      showTyping(false);
      if (code === UNAUTHENTICATED) {
        connect().catch(tryAgain);
      } else {
        tryAgain();
      }
    }
  });
}

function tryAgain() {
  say("no connection; trying again…");
  clearTimeout(reconnecting);
  reconnecting = setTimeout(connect, RECONNECT_MS[Math.min(failures, RECONNECT_MS.length - 1)]);
  failures += 1;
}

function receive(frame) {
  switch (frame.type) {
    case "history":
      frame.lines.forEach(show);
      scroller.scrollTop = scroller.scrollHeight;
      break;
    case "stored":
    case "message":
      show(frame);
      break;
    case "typing":
      showTyping(frame.isTyping);
      break;
    case "error":
      say(frame.message);
      break;
  }
}

function send(content) {
  const frame = { type: "message", messageId: `page_${crypto.randomUUID()}`, ...content };
  unsent.set(frame.messageId, frame);
  const words = content.text ?? content.button.text;
  show({ messageId: frame.messageId, text: words, at: new Date().toISOString(), isWaiting: true });
  scroller.scrollTop = scroller.scrollHeight;
  if (socket?.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify(frame));
  }
}

// --- What is shown

function say(words) {
  status.textContent = words;
}

function showTyping(isTyping) {
  const wasAtEnd = isAtEnd();
  typing.hidden = !isTyping;
  say(isTyping ? "typing…" : IDLE);
  if (isTyping) {
    // Whoever types has read what was there.
    for (const item of log.querySelectorAll(".mine:not(.waiting)")) {
      mark(item, "read");
    }
  }
  keepAtEnd(wasAtEnd);
}

/** Puts a line in, or brings one that is there up to date. */
function show(line) {
  const key = line.messageId ?? `#${line.seq}`;
  const wasAtEnd = isAtEnd();
  const known = shown.get(key);
  const item = known ?? (line.messageId ? createOwn(line) : createTheirs(line));
  if (line.messageId !== undefined) {
    if (!line.isWaiting) {
      unsent.delete(line.messageId);
    }
    mark(
      item,
      line.isWaiting ? "waiting" : line.isRead || item.classList.contains("read") ? "read" : "stored",
    );
  }
  if (known === undefined) {
    shown.set(key, item);
    log.append(item);
  }
  if (!line.isWaiting) {
    // The platform's time, and not this machine's: the demo puts its clock forward.
    item.querySelector("time").replaceWith(timeOf(line.at));
    beginDay(item, line.at);
  }
  keepAtEnd(wasAtEnd);
}

/** Says above the line which day it is, when it is the first of that day. */
function beginDay(item, at) {
  const its = calendar.format(new Date(at));
  if (its !== day && item === log.lastElementChild) {
    day = its;
    item.before(create("li", { className: "day", textContent: its }));
  }
}

function createOwn({ text: words, at }) {
  const meta = create("div", { className: "meta" }, [
    timeOf(at),
    create("span", { className: "mark", ariaHidden: "true" }),
    create("span", { className: "hidden" }),
  ]);
  return create("li", { className: "bubble mine" }, [
    create("span", { className: "hidden", textContent: "You: " }),
    wordsOf(words),
    meta,
  ]);
}

const MARKS = { waiting: ["◷", "on its way"], stored: ["✓", "delivered"], read: ["✓✓", "read"] };

function mark(item, state) {
  const [sign, words] = MARKS[state];
  item.classList.remove(...Object.keys(MARKS));
  item.classList.add(state);
  item.querySelector(".mark").textContent = sign;
  item.querySelector(".meta .hidden").textContent = words;
}

function createTheirs({ text: words, document: file, template, buttons = [], at }) {
  return create("li", { className: "bubble theirs" }, [
    create("span", { className: "hidden", textContent: "They: " }),
    template &&
      create("div", { className: "label", textContent: `Template ${template.name} (${template.language})` }),
    file && createFile(file),
    words && wordsOf(words),
    create("div", { className: "meta" }, [timeOf(at)]),
    buttons.length > 0 && createChoices(buttons),
  ]);
}

function createFile({ fileName, url }) {
  const parts = [
    create("span", { className: "kind", textContent: fileName.split(".").at(-1), ariaHidden: "true" }),
    create("span", { textContent: fileName }),
  ];
  if (url === null || !/^https?:\/\//.test(url)) {
    parts[1].textContent += " (cannot be had any more)";
    return create("div", { className: "file" }, parts);
  }
  return create("a", { className: "file", href: url, target: "_blank", rel: "noopener noreferrer" }, parts);
}

/** One tap counts, as on a phone. */
function createChoices(buttons) {
  const group = create("div", { className: "choices", role: "group", ariaLabel: "Answers" });
  for (const { id, title } of buttons) {
    const button = create("button", { type: "button", textContent: title });
    button.addEventListener("click", () => {
      button.ariaPressed = "true";
      for (const other of group.children) {
        other.disabled = true;
      }
      send({ button: { text: title, payload: id } });
      text.focus();
    });
    group.append(button);
  }
  return group;
}

/** Words as they are, with addresses as links. */
function wordsOf(words) {
  const parts = [];
  let end = 0;
  for (const { 0: address, index } of words.matchAll(ADDRESS)) {
    parts.push(words.slice(end, index));
    parts.push(
      create("a", { href: address, textContent: address, target: "_blank", rel: "noopener noreferrer" }),
    );
    end = index + address.length;
  }
  return create("p", {}, [...parts, words.slice(end)]);
}

function timeOf(at) {
  return create("time", { dateTime: at, textContent: clock.format(new Date(at)) });
}

function create(name, properties, children = []) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter(Boolean));
  return element;
}

/** Whoever reads what was said earlier is left there. */
function isAtEnd() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
}

function keepAtEnd(wasAtEnd) {
  if (wasAtEnd) {
    scroller.scrollTop = scroller.scrollHeight;
  }
}

// --- Writing

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (words !== "") {
    send({ text: words });
    text.value = "";
  }
  text.focus();
});

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId("composer").requestSubmit();
  }
});

const kept = sessionStorage.getItem(STORED_AS);
if (kept !== null) {
  await enter(JSON.parse(kept), false);
}
