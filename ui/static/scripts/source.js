// The source: the quote where it stands, and the proof that it does.

// Blocks before and after the mark that fill any screen.
const NEAR = 40;

async function openSource(target, opener) {
  setOpener(opener);
  showList(false);
  await loadSource(target);
}

// A place of the source that is open already, or of another: the opener stays.
async function loadSource(target) {
  const isLatest = begin("source");
  headSource({ title: target.title || target.document, document: target.name || target.document });
  find("text").replaceChildren(make("p", "loading", "Opening…"));
  find("pictures").replaceChildren();
  show("pictures", false);
  foldSlice();
  showDialog();
  const reply = await call(server.read_source, range(target));
  if (!isLatest()) return;
  if (reply.error) return showSourceError(reply.error);
  showSource(reply, target);
  verify(reply, isLatest);
  if (reply.sheet && target.end) picturePages(target, isLatest);
}

function stepTo(place) {
  const { document, sha256 } = room.open;
  loadSource({ document, sha256, start: place.start, end: place.end });
}

function showSource(source, target) {
  room.open = { ...source, target };
  headSource(source);
  fill("proof", proof(target));
  const blocks = source.blocks.map(blockElement);
  layOutLater(blocks);
  find("text").replaceChildren(...blocks);
  focusSource();
}

// A long text is laid out where it is looked at. Near the mark all of it is at once: what is not yet
// laid out has a height that is guessed, and would move the mark.
function layOutLater(blocks) {
  const marked = Math.max(0, blocks.findIndex((block) => block.querySelector(".pc-mark")));
  blocks.forEach((block, at) => block.classList.toggle("pc-far", Math.abs(at - marked) > NEAR));
}

function showSourceError(message) {
  room.open = null;
  fill("text", make("p", "error", message));
  show("source-tools", false);
  say(message);
  focusQuietly(find("source-title"));
}

function headSource(source) {
  fill("source-title", source.title);
  fill("source-author", source.author ? "by " + source.author : "");
  const pinned = source.locator ? [" · ", make("span", "source-pin", source.locator)] : [];
  fill("source-place", make("span", "source-path", source.name || source.document), ...pinned);
  fill("source-section", (source.section || []).join(" › "));
  fill("proof");
  fill("verified");
  find("previous").disabled = !source.previous;
  find("next").disabled = !source.next;
  show("source-tools", Boolean(source.locator));
}

function proof(target) {
  return target.end ? "Characters " + target.start + " to " + target.end + "." : "";
}

// The file on the disk is read again, now.
async function verify(source, isLatest) {
  const { document, sha256 } = source;
  const reply = await call(server.verify, { document, sha256 });
  if (!isLatest()) return;
  fill("verified", reply.error || reply.told);
  find("verified").classList.toggle("pc-warning", !reply.holds);
}

// -- text --------------------------------------------------------------------------------------------

function blockElement(block) {
  const made = make(block.kind === "heading" ? "h3" : "p", "block " + block.kind);
  if (block.wrapped) made.classList.add("pc-wrapped");
  if (block.margin.length) made.dataset.margin = block.margin.join(" ");
  let mark = null;
  for (const part of block.parts) {
    if (part.mark && !mark) {
      mark = make("mark", "mark");
      mark.tabIndex = -1;
      made.append(mark);
    }
    (part.mark ? mark : made).append(...nodes([partChild(part)]));
  }
  if (block.cited.length) made.append(citedLine(block.cited));
  return made;
}

function partChild(part) {
  if (part.note) return noteLink(part);
  return part.aside ? make("span", "aside", part.text) : part.text;
}

function noteLink(part) {
  const link = button("note-link", () => stepTo(part.note), part.text);
  link.setAttribute("aria-label", "Note " + spelled(part.note.marker));
  return link;
}

// From a note back to where it is cited.
function citedLine(cited) {
  const line = make("span", "cited-at", " Cited at ");
  for (const place of cited) {
    line.append(button("note-link", () => stepTo(place), place.locator), " ");
  }
  return line;
}

function focusSource() {
  scrollToMark();
  focusQuietly(find("mark") || find("source-title"));
}

function scrollToMark() {
  const mark = find("mark");
  const text = find("text");
  if (mark) {
    const above = mark.getBoundingClientRect().top - text.getBoundingClientRect().top;
    const before = Math.max(24, (text.clientHeight - mark.offsetHeight) / 3);
    text.scrollTop += above - before;
  } else {
    text.scrollTop = 0;
  }
}

// -- the exact slice, with all that was healed ---------------------------------------------------------

function foldSlice() {
  show("slice", false);
  find("slice").replaceChildren();
  find("exact-open").setAttribute("aria-expanded", "false");
}

async function toggleSlice() {
  const slice = find("slice");
  unfold(find("exact-open"), slice);
  if (slice.hidden || !room.open) return;
  const { open } = room;
  const reply = await call(server.healings, range({ ...open.target, sha256: open.sha256 }));
  if (open !== room.open) return;
  slice.replaceChildren(...(reply.error ? [make("p", "error", reply.error)] : sliceParts(reply)));
  scrollToMark();
}

function sliceParts(reply) {
  const exact = reply.parts.map((part) => slicePart(part.text, part.kind));
  const shown = reply.parts.map((part) => slicePart(part.shown, part.kind));
  const kinds = new Set(reply.healings.map((each) => each.kind));
  const told = kinds.size ? "Healed: " + Array.from(kinds).join("; ") + "." : "Nothing was healed.";
  return [
    make("p", "label", "As the file has it"),
    make("p", "slice-text slice-exact", ...exact),
    make("p", "label", "As it is shown"),
    make("p", "slice-text slice-shown", ...shown),
    make("p", "healings", told),
  ];
}

function slicePart(text, kind) {
  if (!kind || !text) return text;
  const healed = make("mark", "healed", text);
  healed.title = kind;
  return healed;
}

// -- the pictures of a PDF's pages ---------------------------------------------------------------------

async function picturePages(target, isLatest) {
  const reply = await call(server.picture, range(target));
  if (!isLatest()) return;
  const pictures = (reply.pages || []).map(pictureElement);
  if (reply.error) pictures.push(make("p", "error", reply.error));
  find("pictures").replaceChildren(...pictures);
  show("pictures", pictures.length > 0);
  scrollToBox();
}

function scrollToBox() {
  const frame = find("pictures");
  const box = find("picture-box");
  if (!box) return;
  const above = box.getBoundingClientRect().top - frame.getBoundingClientRect().top;
  frame.scrollTop += above - frame.clientHeight / 3;
}

function pictureElement(picture) {
  const image = make("img", "picture-image");
  image.src = picture.image;
  image.width = picture.width;
  image.height = picture.height;
  image.alt = "Picture of " + picture.locator + ", the quote outlined";
  const boxes = picture.boxes.map(boxElement);
  const frame = make("div", "picture-frame", image, ...boxes);
  return make("figure", "picture", frame, make("figcaption", "picture-told", picture.locator));
}

function boxElement({ left, top, right, bottom }) {
  const made = make("span", "picture-box");
  const percent = (share) => (100 * share).toFixed(3) + "%";
  made.style.left = percent(left);
  made.style.top = percent(top);
  made.style.width = percent(right - left);
  made.style.height = percent(bottom - top);
  return made;
}

// -- the panel -----------------------------------------------------------------------------------------

function showDialog() {
  root.classList.add("pc-reading");
  if (dialog.open) return;
  if (narrow.matches) dialog.showModal();
  else dialog.show();
}

function closeSource() {
  begin("source");
  room.open = null;
  if (!dialog.open) return;
  dialog.close();
  find("text").replaceChildren();
  root.classList.remove("pc-reading");
  const opener = room.opener;
  setOpener(null);
  (opener && opener.isConnected && opener.offsetParent ? opener : box).focus();
}

function setOpener(opener) {
  if (room.opener) room.opener.removeAttribute("aria-current");
  room.opener = opener;
  if (opener) opener.setAttribute("aria-current", "true");
}

// A panel beside the answer on a wide screen, a sheet over it on a narrow one.
function refit() {
  if (!dialog.open) return;
  dialog.close();
  showDialog();
  focusSource();
}
