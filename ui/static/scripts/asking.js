// Questions, and what is said until they are answered.

// Milliseconds between two looks at what is being done: each takes time from doing it.
const LOOK = 300;
const PREPARING = "Asking…";
const HINT = Array.from(find("hint").childNodes);

async function ask() {
  const question = box.value.trim();
  if (room.busy) return;
  setBusy(true);
  const isOpen = stillOpen();
  const turn = pendingTurn(question);
  if (question) addTurn(turn);
  box.value = "";
  fit();
  const ticket = token();
  const address = location.href;
  nameTicket(ticket);
  const request = { question, conversation: room.conversation, documents: picked(), ticket };
  const asking = call(server.ask, request);
  watchStages(ticket, turn, asking);
  const reply = await asking;
  // Another conversation may be open by now: this answer is kept in its own.
  if (!isOpen()) return listConversations();
  setBusy(false);
  if (!reply.answer || !reply.answer.id) history.replaceState(history.state, "", address);
  settle(question, turn, reply);
}

// The page was loaded again while it waited for an answer.
async function awaitAnswer(ticket) {
  const isLatest = begin("talk");
  let turn = null;
  setBusy(true);
  for (;;) {
    const reply = await call(server.progress, { ticket });
    if (!isLatest()) return;
    if (reply.answer) return openConversation({ answer: reply.answer });
    if (!reply.question) return notOpened(reply.error || "This question has no answer. Ask it again.");
    if (!turn) addTurn((turn = pendingTurn(reply.question)));
    if (reply.told) tellStage(turn, reply.told);
    await after(LOOK);
  }
}

// Whether the conversation is still the one that is open now.
function stillOpen() {
  const number = latest.talk;
  return () => latest.talk === number;
}

function askThis(question) {
  box.value = question;
  ask();
}

function pendingTurn(question) {
  const pending = make("p", "framing pending", PREPARING);
  return makeTurn(question, pending);
}

function makeTurn(question, ...parts) {
  const heading = make("h2", "asked", question);
  heading.tabIndex = -1;
  return make("li", "turn", heading, make("div", "answer", ...parts));
}

function addTurn(turn) {
  show("welcome", false);
  find("turns").append(turn);
  turn.scrollIntoView({ block: "start" });
}

// What is being done, as the server says it, until the answer is there.
async function watchStages(ticket, turn, asking) {
  let answered = false;
  asking.then(() => (answered = true));
  say(PREPARING);
  for (;;) {
    await after(LOOK);
    if (answered) return;
    const reply = await call(server.progress, { ticket });
    if (answered || reply.error || !reply.told) continue;
    tellStage(turn, reply.told);
  }
}

function tellStage(turn, told) {
  turn.querySelector(".pc-pending").replaceChildren(...asWritten(told));
  say(told);
}

function settle(question, turn, reply) {
  if ("conversation" in reply) room.conversation = reply.conversation;
  if (reply.error) return unanswered(question, turn, reply.error);
  if (reply.answer.reason === "no_question") {
    turn.remove();
    show("welcome", !find("turns").children.length);
    return hint(reply.answer.heading);
  }
  remember(reply.answer);
  if (reply.unkept) reply.answer.notices.push(reply.unkept);
  turn.replaceWith((turn = answeredTurn(reply.answer)));
  say(reply.answer.heading);
  turn.scrollIntoView({ block: "start" });
  // Whoever is typing already, or reading a source, is not taken away from it.
  if (!box.value && !dialog.contains(document.activeElement)) {
    focusQuietly(turn.querySelector(".pc-asked"));
  }
  listConversations();
}

function answeredTurn(answer) {
  return makeTurn(answer.question, ...answerParts(answer));
}

function focusQuietly(target) {
  target.focus({ preventScroll: true });
}

function unanswered(question, turn, message) {
  turn.querySelector(".pc-answer").replaceChildren(make("p", "error", message));
  say(message);
  box.value = box.value || question;
  fit();
}

function remember(answer) {
  unhint();
  room.asked.push(answer.question);
  show("new", true);
  if (answer.id) nameAddress(answer.id);
}

function setBusy(busy) {
  room.busy = busy;
  find("ask").setAttribute("aria-disabled", String(busy));
  find("talk").setAttribute("aria-busy", String(busy));
}

function hint(text) {
  fill("hint", text);
  find("hint").classList.add("pc-warning");
  say(text);
}

function unhint() {
  find("hint").replaceChildren(...HINT.map((node) => node.cloneNode(true)));
  find("hint").classList.remove("pc-warning");
}

function startAnew() {
  begin("talk");
  unhint();
  setBusy(false);
  room.conversation = null;
  room.asked = [];
  closeSource();
  find("turns").replaceChildren();
  show("welcome", true);
  show("new", false);
  nameAddress(null);
  listConversations();
  box.focus();
}

// Until the model has loaded the page works, and says why an answer takes longer.
async function awaitModel() {
  for (;;) {
    const reply = await call(server.status, {});
    const told = reply.error || reply.message;
    root.dataset.state = reply.state || "failed";
    fill("readiness", told);
    show("readiness", Boolean(told));
    find("readiness").classList.toggle("pc-warning", reply.state === "failed" || Boolean(reply.error));
    if (reply.jobs && reply.jobs.some(isActive)) watchJobs();
    if (reply.state === "ready") return listExamples();
    if (reply.state !== "loading") return;
    await after(PAUSE);
  }
}

// 128 random bits; crypto.randomUUID is not there on a page without TLS.
function token() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fit() {
  box.style.height = "auto";
  box.style.height = Math.min(box.scrollHeight + 2, 160) + "px";
}
