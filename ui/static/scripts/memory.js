// Conversations as the server keeps them. The address names the answer that is looked at, or the
// question that waits for one, so that a reload, or a link, brings it back; the browser itself keeps
// nothing.

const ADDRESS = /^#(answer|question)=([\w-]{8,64})$/;

async function listConversations() {
  const isLatest = begin("past");
  const search = find("past-search").value.trim();
  const reply = await call(server.list_conversations, { search });
  if (!isLatest()) return;
  const past = reply.conversations || [];
  const notice = reply.error || (search && !past.length ? "No conversation has these words." : "");
  find("past-list").replaceChildren(...past.map(conversationItem));
  fill("past-notice", notice);
  show("past-notice", Boolean(notice));
  show("past", past.length > 0 || Boolean(search) || Boolean(reply.error));
}

function conversationItem(conversation) {
  const told = make("span", "past-when", conversation.told);
  const name = make("span", "past-name", conversation.name);
  const open = button("past-open", () => openConversation({ id: conversation.id }), name, told);
  if (conversation.id === room.conversation) open.setAttribute("aria-current", "true");
  const remove = asksTwice("remove", "Delete", "Delete the conversation " + conversation.name, () =>
    deleteConversation(conversation.id),
  );
  return make("li", "past-item", open, remove);
}

async function deleteConversation(id) {
  const reply = await call(server.delete_conversation, { id });
  say(reply.error || "The conversation is deleted.");
  if (!reply.error && id === room.conversation) startAnew();
  else await listConversations();
}

function verdictsButton() {
  return button("quiet save-verdicts", async () => {
    const reply = await call(server.take_verdicts, {});
    if (reply.error) return hint(reply.error);
    saveBlob(reply);
    say(`Saved as ${reply.name}; ${reply.left_out} verdicts make no case.`);
  }, "Save verdicts");
}

function deleteAllButton() {
  return asksTwice("delete-all", "Delete all", "Delete all conversations", async () => {
    const reply = await call(server.delete_all, {});
    if (!reply.error) startAnew();
    say(reply.error || "All conversations are deleted.");
  });
}

// By its own id, or by that of one of its answers.
async function openConversation(which) {
  showList(false);
  const isLatest = begin("talk");
  const reply = await call(server.open_conversation, which);
  if (!isLatest()) return;
  if (reply.error) return notOpened(reply.error);
  startAnew();
  room.conversation = reply.conversation.id;
  room.asked = reply.answers.map((answer) => answer.question);
  const turns = reply.answers.map(answeredTurn);
  fill("turns", reply.earlier ? earlierNotice(reply.earlier) : null, ...turns);
  show("welcome", false);
  show("new", true);
  const at = reply.answers.findIndex((answer) => answer.id === which.answer);
  const shown = at < 0 ? turns.length - 1 : at;
  nameAddress(reply.answers[shown].id);
  turns[shown].scrollIntoView({ block: "start" });
  focusQuietly(turns[shown].querySelector(".pc-asked"));
  await listConversations();
}

function earlierNotice(count) {
  return make("li", "framing", `${count} earlier answers of this conversation are not shown.`);
}

function notOpened(message) {
  startAnew();
  hint(message);
}

function addressOf(id) {
  return location.origin + location.pathname + "#answer=" + id;
}

function nameAddress(id) {
  const address = id ? "#answer=" + id : location.pathname + location.search;
  history.replaceState(history.state, "", address);
}

function nameTicket(ticket) {
  history.replaceState(history.state, "", "#question=" + ticket);
}

function openAddressed() {
  const [, kind, name] = ADDRESS.exec(location.hash) || [];
  if (kind === "answer") openConversation({ answer: name });
  else if (kind === "question") awaitAnswer(name);
  else if (location.hash.startsWith("#answer")) notOpened("This link names no answer.");
}
